// Package pace is the one limiter that every request of a run passes, so that
// a run uses the whole allowance of the account and never more.
//
//	Wait → pause over? → fewer than the limit in the last minute? → a token in the bucket? → go
//
// # What it promises
//
// The API allows 200 requests a minute with bursts of 50, for the customer
// account as a whole. Which algorithm counts them is not documented: a token
// bucket, or a fixed or sliding window of a minute. In automatic mode a
// Limiter stays inside all three, as seen by the server:
//
//   - a token bucket spreads the requests evenly at 97.5 % of the limit, with a
//     burst of 2.5 % of the limit, from 1 to 5;
//   - at most the limit's number of requests is sent in any 61.5 seconds, also
//     after an idle time or a lowered limit.
//
// A window of 60 s at the server can hold requests that were sent within 60 s
// plus the difference between the slowest and the fastest way to the server. As
// long as that difference is below the extra 1.5 s, no window of the server
// counts more than the limit. The extra time costs nothing, because 97.5 % of the
// limit needs 61.54 s for as many requests as the limit counts.
//
// The bucket starts with one token, not full (unless a burst is asked for): a
// run that begins seconds after another one has ended finds the window nearly
// used up.
//
// A rate that the user gives is obeyed exactly: the whole rate, and at most that
// number of requests (rounded up) in any 60 s, without a margin for the network.
//
// # What a reserve is
//
// Options.Reserve leaves a part of the limit to others. It has two halves:
//
//   - never more than the limit less the reserve in any 61.5 seconds, and 97.5 %
//     of that on average, even if nobody else uses the account;
//   - less by what others use. The answers tell what remains of the pool
//     (X-RateLimit-Remaining); what is missing and was not sent by us was used by
//     others. The rate is 97.5 % of limit - reserve - others.
//
// So the reserve is free on top of the average use of others, for their bursts.
// The average is over three minutes, so that one burst does not look like a rate.
// Only the first burst after a quiet minute counts as a rate at once: it stops us
// until more is known. After a minute without a sign of others we use the whole
// pool again.
//
// What Remaining counts is not documented either. It is found out from the
// answers alone:
//
//   - A bucket refills all the time and never shows more than its size. Expected
//     is the level of the last answer, refilled, less our own requests. We send
//     only if the reserve remains afterwards (86 % of the bucket, if the reserve
//     is larger). A use so steady that the bucket refills it between two answers
//     is not seen and does no harm: the bucket is full all the same.
//   - A fixed window falls by each request and is full again when a new one
//     begins. What falls between two answers and is not ours was used by others.
//     What they use between our last answer of a window and its end is not seen.
//   - A sliding window shows limit - theirs - ours of the last minute at any
//     time, and we know ours.
//
// A window is recognised by a jump, or by more remaining than a bucket of 50 (or
// a quarter of the limit) can show. A larger bucket is recognised by Remaining
// that rises without a new window and shows less use than our own of the last
// minute. Each estimate is at most the truth for the other kind of window, so the
// larger one is taken. In both kinds, nothing is sent while our own last minute
// and the use of others leave less than half of the reserve, or while less than a
// quarter of the reserve remains.
//
// Without the headers there is only the first half: a plain smaller share.
//
// # What a reserve guarantees
//
// Nobody is refused while the others together keep to a bucket of the size of
// the reserve that is refilled at limit - reserve a minute or less: bursts of at
// most the reserve at once, and no more than the reserve above their average in
// any minute. For a reserve of 20 % of 200 that is 140 a minute in bursts of 40,
// evenly or at random. If the server counts a sliding window and the others'
// bursts come at random, they may be half of the reserve: their requests and ours
// of the last minute must fit in at every moment, and their average is known only
// afterwards. At least 90 % of what is left is used.
//
// No client can guarantee more, since it sees others only in its own answers.
// These need a 429, and if it is ours, all our requests wait: a burst larger than
// the reserve; more than 45 requests at once, if the API allows 50; a neighbour
// that uses the whole limit (the run then sends a few requests a minute to notice
// the end of it); a neighbour that begins with more than the reserve in the
// minute in which we have used all the rest.
//
// A lowered limit is learnt from the first answer that names it. The requests
// under way at that moment can be refused, and the next one if more than the new
// limit has been used of the window: nobody can know before.
//
// # A reserve for each time
//
// Options.Timetable has a reserve for each time of the week, by the clock on the wall. A
// change holds from the next request on: a larger reserve waits until the last minute has
// room for it. While nothing is left to others, they are not watched, as without a reserve;
// what answers tell is kept all the same, for when they are. With 100 % nothing is sent,
// no place among waiting processes is held, and the clock is looked at every ten seconds,
// since it may be set. TimeFor adds up what may be sent, change by change; what goes out
// beside that is believed only when the last minute is all of one reserve.
//
// # Where the promise ends
//
// Without a reserve, others are not watched: the whole limit is ours. For that
// case there is Pause: whoever meets a 429 calls it, and everybody waits. A
// request that Wait has let go is not called back.
//
// # Several processes with one key
//
// Limiters with the same Options.Shared go at one pace together, whatever their
// jobs and profiles, because the API counts the account. A small file holds what
// they have to know of each other: the tokens of the one bucket, the requests of
// each second of the last minute, the limit, the pause, and the waiting processes.
// It is locked and read when a request wants to go, for some fifty microseconds
// (measured, on a local disk); nobody holds the lock while waiting. Above 60,000
// requests a minute, and without any rate, it is not used.
//
//   - Processes are served in turn, so each gets the same share. A process that
//     was killed while it waited loses its turn after two seconds.
//   - A 429 of one makes all wait, and a limit that one has learnt holds for all.
//     The others believe both for a minute, so nothing left behind delays anybody
//     for longer; the process that got the 429 obeys it to its end.
//   - A new process knows what was sent in the last minute, and how full the
//     bucket is.
//   - A rate that the user gives is obeyed exactly. Its requests are recorded all
//     the same, and automatic mode makes room for them.
//   - With different reserves each process keeps its own.
//
// The times in the file are those of the wall clock, the only clock that two
// processes have in common; within a process the monotonic clock counts, so a
// clock that is set changes nothing for its own requests. A file written in the
// future (the clock was set back) counts as written now. When the clock is set
// forward, and rightly while a machine sleeps, what others sent before is
// forgotten. A damaged file is begun anew. While the file can't be read or
// written, or its lock is not free for a quarter of a second, the limiter goes on
// alone and tries again after a minute. Notice is called once.
//
// The file is for one machine and must be on a local disk. Processes on other
// machines are others, and a reserve is what helps against them.
//
// # Order
//
// Waiters are served in the order in which they came. Only the first of them asks
// the bucket, and it takes its token at the moment it goes: no token is held in
// advance, so a waiter that gives up has nothing to return, a pause holds
// everybody, and a new rate counts from the next request on.
package pace
