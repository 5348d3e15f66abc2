import multiprocessing
import signal

from fgrmer_tf.interrupts import held_back


def say_mask(line):
    line.send(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))


def test_what_is_started_inside_never_gets_ctrl_c():
    context = multiprocessing.get_context("spawn")
    line, other_end = context.Pipe()
    process = context.Process(target=say_mask, args=(other_end,))
    with held_back():
        process.start()
    assert line.recv()
    process.join()


def test_afterwards_this_process_takes_it_again():
    with held_back():
        pass
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
