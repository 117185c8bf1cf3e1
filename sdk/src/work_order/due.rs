use super::{Class, Profile, Stage, WorkOrder, named};
use crate::calendar::{CivilDate, Deadline, Instant, WorkingCalendar};

named! {
    /// What is due.
    DueKind {
        /// The first contact with the rater.
        Contact = "contact",
        /// The reply to the rater.
        Reply = "reply",
        /// An appeal, if there is to be one.
        Appeal = "appeal",
        /// What the rater says to the reply.
        FollowUp = "follow_up",
    }
}

impl WorkOrder {
    /// What is due now, the soonest first; nothing for an order that is not with a department yet,
    /// or at rest.
    ///
    /// Until an order is determined its reply is due as of the general class: an order cannot
    /// escape its clock by never being determined.
    pub fn due(&self, profile: &Profile, calendar: &WorkingCalendar) -> Vec<(DueKind, Deadline)> {
        let mut due = Vec::new();
        if let (Stage::Dispatched | Stage::Reassigning, Some(received), None) =
            (self.stage(), self.received_at, self.contact)
        {
            due.push((DueKind::Contact, calendar.deadline(received, profile.contact)));
        }
        // While its clock stands still nobody knows when it will be.
        let runs = self.owes_reply() && !profile.stops.contains(&self.stage());
        due.extend(
            self.reply_due(profile, calendar).filter(|_| runs).map(|at| (DueKind::Reply, at)),
        );
        match self.stage() {
            Stage::Contested => {
                due.push((DueKind::Appeal, calendar.deadline(self.since, profile.appeal)));
            }
            Stage::Replied if self.round == 1 => {
                due.push((DueKind::FollowUp, calendar.deadline(self.since, profile.follow_up)));
            }
            _ => {}
        }
        due.sort_by_key(|(kind, deadline)| (deadline.at, *kind));
        due
    }

    /// When the person has to be told, or had to be; `None` before a department has the order.
    pub fn reply_due(&self, profile: &Profile, calendar: &WorkingCalendar) -> Option<Deadline> {
        let term = profile.reply_term(self.class.unwrap_or(Class::General));
        self.received_at.map(|received| {
            calendar.deadline_after(received, term, self.n_days_stopped(profile, calendar))
        })
    }

    /// Whether the department still has to tell the person.
    fn owes_reply(&self) -> bool {
        !matches!(self.stage(), Stage::Opened | Stage::Replied | Stage::FollowedUp | Stage::Closed)
    }

    /// Working days of this round for which the profile lets the clock stand still.
    fn n_days_stopped(&self, profile: &Profile, calendar: &WorkingCalendar) -> u16 {
        let of = |from: Instant, to: Instant| {
            let [from, to] = [from, to].map(Instant::date_in_china) as [CivilDate; 2];
            calendar.working_days_between(from, to)
        };
        let visits = self.visits.windows(2).filter(|pair| profile.stops.contains(&pair[0].0));
        visits.map(|pair| of(pair[0].1, pair[1].1)).sum()
    }
}
