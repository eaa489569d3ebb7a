"""Records a small causal PyTorch model, whole and in blocks, with the recorder that workbench prints.

Usage: record_torch.py RECORDER good|fault BLOCK FOLDER. With `fault` the cache of its second convolution keeps the
oldest timesteps where a block is shorter than the cache, as a real model did.
"""

import importlib.util
import sys

import torch
from torch import nn


class CausalConv(nn.Module):
    def __init__(self, channels, kernel, keeps_oldest):
        super().__init__()
        self.conv = nn.Conv1d(channels, 8, kernel)
        self.size, self.keeps_oldest = kernel - 1, keeps_oldest

    def forward(self, x, cache=None):
        if cache is None:
            cache = x.new_zeros(x.shape[0], x.shape[1], self.size)
        joined = torch.cat([cache, x], 2)
        if self.keeps_oldest and x.shape[2] < self.size:
            return self.conv(joined), joined[:, :, : self.size]
        return self.conv(joined), joined[:, :, -self.size :]


class Model(nn.Module):
    def __init__(self, keeps_oldest):
        super().__init__()
        self.front = CausalConv(4, 3, False)
        self.act = nn.ReLU()
        self.deep = CausalConv(8, 5, keeps_oldest)
        self.gru = nn.GRU(8, 6, batch_first=True)
        self.out = nn.Linear(6, 3)

    def forward(self, x, state=(None, None, None)):
        y, front = self.front(x, state[0])
        y, deep = self.deep(self.act(y), state[1])
        y, hidden = self.gru(y.transpose(1, 2), state[2])
        return self.out(y), (front, deep, hidden)


def main(path, kind, size, folder):
    spec = importlib.util.spec_from_file_location("record", path)
    record = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(record)
    torch.manual_seed(1)
    model = Model(kind == "fault").eval()
    x = torch.randn(2, 4, 24)
    with torch.no_grad():
        recorder = record.Recorder(model)
        recorder.begin(24, x)
        model(x)
        recorder.save(f"{folder}/offline.safetensors", "layer")
        recorder.stop()
        recorder, state = record.Recorder(model), (None, None, None)
        for block in x.split(size, 2):
            recorder.begin(block.shape[2], block, front=state[0], deep=state[1], hidden=state[2])
            _, state = model(block, state)
        recorder.save(f"{folder}/stream.safetensors", "step")


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
