from services.capacity.store import Capacity
from services.shared.migrate import run

run(Capacity.metadata)
