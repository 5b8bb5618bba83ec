from services.matching.store import Matching
from services.shared.migrate import run

run(Matching.metadata)
