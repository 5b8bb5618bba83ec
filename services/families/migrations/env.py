from services.families.store import Families
from services.shared.migrate import run

run(Families.metadata)
