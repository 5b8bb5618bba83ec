// The form of a follow-up, also without a network.
