//! A response body that announces more than it sends.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

/// Long enough for the connection to flush what it has: without a pause between the first
/// half and the error, hyper would drop both and the client would see a hang-up instead.
const FLUSH_PAUSE: Duration = Duration::from_millis(5);

/// A whole body, or one that breaks off half-way.
pub(crate) enum AnswerBody {
    Whole(Full<Bytes>),
    Cut {
        announced: u64,
        first_half: Option<Bytes>,
        pause: Pin<Box<Sleep>>,
    },
}

impl AnswerBody {
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        Self::Whole(Full::new(bytes.into()))
    }

    pub(crate) fn cut(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::Cut {
            announced: bytes.len() as u64,
            first_half: Some(bytes.slice(..bytes.len() / 2)),
            pause: Box::pin(sleep(FLUSH_PAUSE)),
        }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Whole(body) => Pin::new(body)
                .poll_frame(context)
                .map_err(|never: Infallible| match never {}),
            Self::Cut {
                first_half, pause, ..
            } => match first_half.take() {
                Some(half) => Poll::Ready(Some(Ok(Frame::data(half)))),
                None => pause
                    .as_mut()
                    .poll(context)
                    .map(|()| Some(Err(io::Error::other("cut on purpose")))),
            },
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Cut { announced, .. } => SizeHint::with_exact(*announced),
        }
    }
}
