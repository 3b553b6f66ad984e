//! One thread that writes, in groups.

use std::path::PathBuf;
use std::sync::mpsc;

use rusqlite::{Connection, TransactionBehavior, params};
use tokio::sync::oneshot;

use super::{Call, Error};

/// A run's id, its call, and whom to tell.
type Order = (String, Call, oneshot::Sender<Result<(), Error>>);

/// More calls than these are not put into one commit, so that the first of them need not wait for ever.
const MOST_AT_ONCE: usize = 4_096;

/// The thread's letter box. The thread ends when the box is dropped, after what is in it.
pub(super) struct Writer(mpsc::Sender<Order>);

impl Writer {
    pub(super) fn start(mut connection: Connection, path: PathBuf) -> Self {
        let (sender, receiver) = mpsc::channel::<Order>();
        std::thread::spawn(move || {
            while let Ok(first) = receiver.recv() {
                let mut orders = vec![first];
                orders.extend(receiver.try_iter().take(MOST_AT_ONCE - 1));
                let written = write(&mut connection, &orders).map_err(|source| Error::of(&path, source));
                for (_, _, done) in orders {
                    // Nobody waits any more if the run was stopped; the answer is kept all the same.
                    let _ = done.send(written.clone());
                }
            }
        });
        Writer(sender)
    }

    /// Returns when the call is on disk.
    pub(super) async fn write(&self, run: String, call: Call) -> Result<(), Error> {
        let gone = || Error::Other { path: PathBuf::from(super::FILE), reason: "its writer has ended".into() };
        let (done, written) = oneshot::channel();
        self.0.send((run, call, done)).map_err(|_| gone())?;
        written.await.map_err(|_| gone())?
    }
}

fn write(connection: &mut Connection, orders: &[Order]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert = transaction.prepare_cached(
            "INSERT OR REPLACE INTO calls (run, key, role, model, asked, request, answer, input_tokens, output_tokens, \
             cost_usd, request_id, answered) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        for (run, call, _) in orders {
            insert.execute(params![
                run,
                call.key,
                call.role,
                call.model,
                call.asked,
                call.request,
                call.answer,
                call.input_tokens as i64,
                call.output_tokens as i64,
                call.cost_usd,
                call.request_id,
                jiff::Timestamp::now().to_string(),
            ])?;
        }
    }
    transaction.commit()
}
