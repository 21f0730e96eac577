/* SPDX-License-Identifier: MIT */
/** A stream as text and as JSON: the parts that several commands print. */
#ifndef INFO_DESCRIBE_H
#define INFO_DESCRIBE_H

#include <triptych/triptych.h>

#include <jansson.h>

/** Where the capture time comes from: "sender", the clock of the sending host; "arrival", this host's
 *  when the frame arrived; "local", this host's when it was captured. */
const char *describe_time_source(const struct tri_frame_info *frame);

/** "live", "standby", "dead", "unreadable", "corrupt", "version", "too-large". */
const char *describe_state(const struct tri_stream *stream);

/* Each writes into `text` and returns it; "-" if unknown. */
const char *describe_name(const struct tri_stream *stream, char *text, size_t bytes);
const char *describe_format(const struct tri_stream *stream, char *text, size_t bytes);
const char *describe_size(const struct tri_stream *stream, char *text, size_t bytes);
const char *describe_rate(const struct tri_stream *stream, char *text, size_t bytes);
const char *describe_user(uid_t user, char *text, size_t bytes);
const char *describe_group(gid_t group, char *text, size_t bytes);
const char *describe_time(int64_t seconds, char *text, size_t bytes); // local time, "never" for 0

/** Number of attached readers: all processes but a live writer. */
uint32_t describe_readers(const struct tri_stream *stream);

/** Lists the processes that read a stream, "1234* dump, 5678 python3": `*` marks those that lock slots.
 *  `attachments` may be NULL; lock holders are listed anyway. */
const char *describe_read_by(const struct tri_stream *stream,
                             const tri_attachment_list *attachments, char *text, size_t bytes);

/** Returns attachment number *index or a later one that belongs to the stream, and sets *index to the
 *  number after it; NULL after the last. */
const struct tri_attachment *describe_next_attachment(const struct tri_stream *stream,
                                                      const tri_attachment_list *attachments,
                                                      size_t *index);

/** Longest time that a reader can have locked its oldest frame; -1: it waits for the next one. */
double describe_held_ms(const struct tri_stream *stream, uint32_t holder);

/** Milliseconds since the newest frame was captured; -1: no frame. */
double describe_age_ms(const struct tri_stream *stream);

/** All details, with the keys of docs/json.md; the caller's. `attachments` may be NULL. */
json_t *describe_json(const struct tri_stream *stream, const tri_attachment_list *attachments);

#endif
