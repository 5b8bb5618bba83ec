"""Havn's services, what they share, and the command line that starts and asks them."""

import os

# gRPC can't be told the oldest version of TLS, and reads this when it is first imported. The suite belongs to TLS 1.2
# and needs a secret that nobody here shares; those of TLS 1.3 are always on: so 1.3 is all that is left.
os.environ["GRPC_SSL_CIPHER_SUITES"] = "ECDHE-PSK-CHACHA20-POLY1305"
