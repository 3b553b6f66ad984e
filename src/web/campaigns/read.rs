//! A campaign that is read for a page: through to its end once, or no further than that page where it is large.

use std::collections::BTreeSet;

use super::super::error::Problem;
use super::super::site::Site;
use crate::campaign::lint;
use crate::campaign::tools::Barred;
use crate::data::FileName;
use crate::data::campaigns::{Campaign, CampaignHeader, Written};
use crate::report::words;

/// Leads on a page.
pub(super) const PAGE: usize = 10;

/// How many sequences a campaign holds.
#[derive(Clone, Copy, Default)]
pub(super) struct Count {
    whole: u64,
    failed: u64,
}

impl Count {
    fn add(&mut self, written: &Written) {
        *(if written.failed.is_some() { &mut self.failed } else { &mut self.whole }) += 1;
    }

    /// In words; none is a campaign that was not counted.
    pub(super) fn words_of(count: Option<Self>) -> String {
        let Some(Count { whole, failed }) = count else { return "a large campaign, not counted here".to_owned() };
        let failed = if failed > 0 { format!(", {} failed", words::thousands(failed)) } else { String::new() };
        format!("written to {}{failed}", words::count(whole, "lead", "leads"))
    }
}

/// What a campaign says of itself, and how much is in it where it is not too large to be counted.
pub(super) fn counted(site: &Site, file: &FileName) -> Result<(CampaignHeader, Option<Count>), Problem> {
    let campaign = Campaign::open(&site.folder, file)?;
    let header = campaign.header.clone();
    if site.is_large(file) {
        return Ok((header, None));
    }
    let mut count = Count::default();
    for written in campaign {
        count.add(&written?);
    }
    Ok((header, Some(count)))
}

/// A campaign that was read for one of its pages.
pub(super) struct Read {
    /// What it says of itself.
    pub header: CampaignHeader,
    /// How much is in it; none where it is large.
    pub count: Option<Count>,
    /// The page, from 1: the one that was asked for, or the last one before it.
    pub at: usize,
    /// The last page; none where it is large.
    pub last: Option<usize>,
    /// Whether there is a page after this one.
    pub has_more: bool,
    /// Who may not be written to.
    pub barred: Barred,
    /// Leads of it who may not be written to; 0 where it is large.
    pub left_out: u64,
    /// What is on the page.
    pub shown: Vec<Written>,
}

impl Read {
    /// Reads it once.
    pub(super) fn new(site: &Site, file: &FileName, asked: usize) -> Result<Self, Problem> {
        let (barred, campaign) = (Barred::load(&site.folder)?, Campaign::open(&site.folder, file)?);
        let is_large = site.is_large(file);
        let (mut at, mut total, mut has_more) = (1, 0_usize, false);
        let (mut count, mut left_out, mut shown) = (Count::default(), 0, Vec::new());
        let (header, mut columns) = (campaign.header.clone(), BTreeSet::new());
        for written in campaign {
            let written = written?;
            let page = total / PAGE + 1;
            total += 1;
            if page > asked {
                has_more = true;
                if is_large {
                    break;
                }
            } else if page > at {
                at = page;
                shown.clear();
            }
            count.add(&written);
            for name in written.fields.keys() {
                if !columns.contains(name) {
                    columns.insert(name.clone());
                }
            }
            left_out += u64::from(!is_large && barred.holds(&written));
            if page == at {
                shown.push(written);
            }
        }
        shown.iter_mut().for_each(|written| lint::add_columns(written, &columns));
        let (count, last) = if is_large { (None, None) } else { (Some(count), Some(total.div_ceil(PAGE).max(1))) };
        Ok(Read { header, count, at, last, has_more, barred, left_out, shown })
    }
}
