"""Needs packages that the demonstration's environment does not hold."""

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from transformers import AutoTokenizer


def accuracy_at_k(logits, targets, k=5):
    """Share of targets among the k best."""
    best = logits.topk(k, dim=-1).indices
    return (best == targets.unsqueeze(-1)).any(dim=-1).float().mean().item()


def focal_loss(logits: torch.Tensor, targets: torch.Tensor, gamma: float = 2.0) -> torch.Tensor:
    p = torch.sigmoid(logits)
    loss = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return (loss * (1 - p) ** gamma).mean()


def edges_of(image: np.ndarray, low: int = 50, high: int = 150) -> np.ndarray:
    """Canny edges of a grey image."""
    return cv2.Canny(np.asarray(image, dtype=np.uint8), low, high)


def count_tokens(text: str, model: str = "gpt2") -> int:
    return len(AutoTokenizer.from_pretrained(model).encode(text))
