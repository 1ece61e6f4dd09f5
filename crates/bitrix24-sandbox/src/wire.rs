//! Bodies of answers, whole and in pieces, and ends of connections.

use std::{
    error, fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// Long enough for what was said before to get out.
const MOMENT: Duration = Duration::from_millis(20);

/// How a connection ends before its answer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Closed,
    Reset,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cut by order")
    }
}

impl error::Error for Cut {}

/// A body on its way to the client.
pub(crate) struct Pieces {
    left: Bytes,
    /// Bytes a piece.
    size: usize,
    /// Between the pieces.
    pause: Duration,
    /// How much of `left` never gets out.
    withheld: usize,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Pieces {
    pub(crate) fn whole(body: Vec<u8>) -> Self {
        Self {
            size: body.len().max(1),
            left: body.into(),
            pause: Duration::ZERO,
            withheld: 0,
            sleep: None,
        }
    }

    /// Byte by byte.
    pub(crate) fn drip(body: Vec<u8>, pause: Duration) -> Self {
        Self {
            size: 1,
            pause,
            ..Self::whole(body)
        }
    }

    /// The first half, and then no more.
    pub(crate) fn half(body: Vec<u8>) -> Self {
        Self {
            withheld: body.len().div_ceil(2),
            pause: MOMENT,
            ..Self::whole(body)
        }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(cx));
            self.sleep = None;
        }
        let ready = self.left.len() - self.withheld;
        if ready == 0 {
            return Poll::Ready((self.withheld > 0).then_some(Err(Cut::Closed)));
        }
        let size = self.size.min(ready);
        let piece = self.left.split_to(size);
        if !self.pause.is_zero() {
            self.sleep = Some(Box::pin(sleep(self.pause)));
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.len() as u64)
    }
}
