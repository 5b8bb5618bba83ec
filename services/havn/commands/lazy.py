"""The commands by name, each imported when it is called: the solver's import is not for who asks the version."""

import importlib
from typing import Any

import typer
from typer.core import TyperGroup

MODULES = {
    "up": "up",
    "status": "status",
    "suggest": "suggest",
    "plan": "plan",
    "waiting-list": "waiting_list",
    "waiting-times": "waiting_times",
    "central-list": "central_list",
    "vacancies": "vacancies",
    "report-vacancy": "report_vacancy",
    "suppliers": "suppliers",
    "offer": "offer",
    "offers": "offers",
    "withdraw-offer": "withdraw_offer",
    "inquiries": "inquiries",
    "answer": "answer",
    "families": "families",
    "follow-ups": "follow_ups",
    "log-follow-up": "log_follow_up",
    "krith": "krith",
    "wellbeing": "wellbeing",
    "import": "import_folder",
    "export": "export",
    "template": "template",
    "demo": "demo",
    "solve": "solve",
    "parked": "parked",
    "rebuild": "rebuild",
    "backup": "backup",
    "restore": "restore",
    "verify": "verify",
    "audit": "audit",
    "revoke": "revoke",
    "serve": "serve",
    "migrate": "migrate",
    "token": "token",
    "version": "version",
}
"""The module of each command, in the order of the help."""


# The types of a context and a command are private to typer.
# ruff: noqa: ANN401
class Commands(TyperGroup):
    """All commands of `havn`."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of the help."""
        return list(MODULES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name."""
        if cmd_name not in MODULES:
            return None
        module = importlib.import_module(f"services.havn.commands.{MODULES[cmd_name]}")
        made = typer.main.get_command(module.app)
        made.name = cmd_name
        return made
