// Package store keeps the inputs and the reports of a fleet where every worker reaches them:
// a directory that all of them mount (file:///…), or a bucket of an object store that speaks
// S3 (s3://…), over gocloud.dev/blob.
//
//	inputs/<SHA-256>                 an input, whole; its name is its content
//	reports/<import>/<end>/<file>    the report files of an end of an import
//
// A report's files are written before the database names them, so nobody reads half of a
// report. What a worker that was killed has left behind under a number of its own is read by
// nobody.
// It is written only where its import's input is: a directory that is away, as nothing is mounted
// on it any more, is not made anew.
//
// Errors: [ErrMissing] for what is not there; [ErrChanged] for an input whose content is not
// what its name says; [*LocalError] for a disk of this machine's. Any other error says that the store can't be reached, read or written
// now, in few words. No bucket, no permission and a store without any input are among these:
// they are mended where workers are set up, and not by enqueuing every file again. A store
// that says nothing for two minutes is one that can't be reached.
package store
