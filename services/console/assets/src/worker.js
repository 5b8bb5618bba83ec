// Keeps the form of a follow-up at hand without a network.
