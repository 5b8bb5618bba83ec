from services.placements.store import Placements
from services.shared.migrate import run

run(Placements.metadata)
