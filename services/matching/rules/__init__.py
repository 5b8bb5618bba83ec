"""The pure rules of matching: who may go where, how well it fits, and the plan that is best for all."""
