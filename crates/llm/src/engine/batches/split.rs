//! Into how many batches a round goes.

use std::ops::Range;

/// Cuts requests of these sizes, in bytes, into batches of at most `most_requests` and `most_bytes`, in their order. A
/// request that is larger than that by itself is a batch of its own: its host will say so.
pub(super) fn split(sizes: impl IntoIterator<Item = u32>, most_requests: usize, most_bytes: u64) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let (mut start, mut bytes, mut end) = (0, 0, 0);
    for size in sizes {
        // One more for the comma.
        let size = u64::from(size) + 1;
        if end > start && (end - start == most_requests || bytes + size > most_bytes) {
            batches.push(start..end);
            (start, bytes) = (end, 0);
        }
        bytes += size;
        end += 1;
    }
    if end > start {
        batches.push(start..end);
    }
    batches
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::split;

    #[test]
    fn a_round_is_cut_by_count_and_by_size() {
        assert_eq!(split([9; 5], 2, 1000), [0..2, 2..4, 4..5]);
        assert_eq!(split([9; 5], 100, 30), [0..3, 3..5]);
        assert_eq!(split([9, 99, 9], 100, 30), [0..1, 1..2, 2..3]);
        assert!(split([], 100, 30).is_empty());
    }

    proptest! {
        #[test]
        fn every_request_is_in_one_batch_and_no_batch_is_too_large_or_could_have_held_the_next_request(
            sizes in prop::collection::vec(1_u32..500, 0..200),
            most_requests in 1_usize..20,
            most_bytes in 1_u64..3000,
        ) {
            let batches = split(sizes.iter().copied(), most_requests, most_bytes);
            let joined: Vec<usize> = batches.iter().cloned().flatten().collect();
            prop_assert_eq!(joined, (0..sizes.len()).collect::<Vec<_>>());
            let bytes =
                |range: std::ops::Range<usize>| sizes[range].iter().map(|size| u64::from(*size) + 1).sum::<u64>();
            for batch in &batches {
                prop_assert!(batch.len() <= most_requests);
                prop_assert!(bytes(batch.clone()) <= most_bytes || batch.len() == 1);
            }
            for pair in batches.windows(2) {
                let with_next = pair[0].start..pair[1].start + 1;
                prop_assert!(with_next.len() > most_requests || bytes(with_next) > most_bytes);
            }
        }
    }
}
