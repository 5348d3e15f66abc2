"""What every test takes for granted of the process it runs in."""

import signal

# Who starts tests in the background may have made Ctrl-C be ignored, and processes that
# tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
