//! A body of known length that goes out in pieces, each made when its turn comes.

use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Pieces and the bytes that are left of them.
pub(super) struct Pieces<I> {
    left: u64,
    /// Never locked: there is one owner at a time, and only the type asks for more.
    pieces: Mutex<I>,
}

impl<I> Pieces<I> {
    pub(super) fn new(length: u64, pieces: I) -> Self {
        Pieces { left: length, pieces: Mutex::new(pieces) }
    }
}

impl<I: Iterator<Item = io::Result<Bytes>> + Unpin> Body for Pieces<I> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let piece = self.pieces.get_mut().unwrap_or_else(PoisonError::into_inner).next();
        if let Some(Ok(piece)) = &piece {
            self.left = self.left.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
