//! The results of a batch: JSON lines, in any order, read one by one.

use futures::StreamExt;
use futures::stream;
use serde_json::Value;

use super::super::batching::{Entries, Entry, Outcome};
use super::super::http::Chunks;
use super::super::http::failure::of_body;
use super::super::messages_api::answer_of;
use super::super::{Failure, FailureKind};

/// No line is longer than this.
const LONGEST_LINE: usize = 64 * 1024 * 1024;

/// What has been received and not yet been read.
struct Reader {
    chunks: Chunks,
    bytes: Vec<u8>,
    /// Bytes that were read.
    read: usize,
    /// Bytes after those that are known to hold no end of a line.
    searched: usize,
    is_over: bool,
}

/// The entries of the results as they come in. A line that is no entry is skipped: its request counts as having no
/// result.
pub(super) fn entries(chunks: Chunks) -> Entries {
    let reader = Reader { chunks, bytes: Vec::new(), read: 0, searched: 0, is_over: false };
    stream::try_unfold(reader, |mut reader| async move {
        loop {
            let Some(line) = reader.line().await? else { return Ok(None) };
            if let Some(entry) = entry(&reader.chunks, &reader.bytes[line]) {
                return Ok(Some((entry, reader)));
            }
        }
    })
    .boxed()
}

impl Reader {
    /// Where the next line is.
    async fn line(&mut self) -> Result<Option<std::ops::Range<usize>>, Failure> {
        loop {
            if let Some(length) = self.bytes[self.read + self.searched..].iter().position(|byte| *byte == b'\n') {
                let line = self.read..self.read + self.searched + length;
                (self.read, self.searched) = (line.end + 1, 0);
                return Ok(Some(line));
            }
            self.searched = self.bytes.len() - self.read;
            if self.is_over {
                let line = self.read..self.bytes.len();
                (self.read, self.searched) = (self.bytes.len(), 0);
                return Ok((!line.is_empty()).then_some(line));
            }
            self.bytes.drain(..self.read);
            self.read = 0;
            if self.bytes.len() > LONGEST_LINE {
                return Err(Failure::new(FailureKind::Malformed, "a line of more than 64 MiB among results"));
            }
            match self.chunks.next().await? {
                Some(chunk) => self.bytes.extend_from_slice(&chunk),
                None => self.is_over = true,
            }
        }
    }
}

fn entry(chunks: &Chunks, line: &[u8]) -> Option<Entry> {
    let json: Value = serde_json::from_slice(line).ok()?;
    let custom_id = json.get("custom_id")?.as_str()?.to_owned();
    let result = json.get("result")?;
    let outcome = match result.get("type")?.as_str()? {
        "succeeded" => match result.get("message").ok_or("no message").and_then(answer_of) {
            Ok(mut answer) => {
                let id = result.get("message").and_then(|message| message.get("id")?.as_str());
                answer.request_id = id.map(|id| chunks.one_line(id));
                answer.said = answer.said.as_deref().map(|said| chunks.one_line(said));
                answer.batched = true;
                Outcome::Answered(answer)
            }
            Err(why) => Outcome::Failed(Failure::new(FailureKind::Malformed, format!("{why} in a batch's result"))),
        },
        "errored" => {
            Outcome::Failed(of_body(result.get("error").unwrap_or(&Value::Null), |text| chunks.one_line(text)))
        }
        "expired" => Outcome::Expired,
        "canceled" => Outcome::Canceled,
        _ => return None,
    };
    Some(Entry { custom_id, outcome })
}
