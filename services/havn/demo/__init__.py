"""Made-up municipalities in real towns, to try Havn with."""
