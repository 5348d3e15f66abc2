"""Learned video motion magnification: the network, its training and its uses."""
