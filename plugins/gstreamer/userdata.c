/* SPDX-License-Identifier: MIT */
#include "userdata.h"

#include "clocktime.h"

#include "program/detections.h"
#include "src/utf8.h"

#include <gst/video/video.h>
#include <math.h>

#define META_NAME  "GstTriptychUserData"
#define DATA       "data"
#define REGIONS    "regions" // how many were attached with the bytes
#define DETECTION  "detection"
#define CONFIDENCE "confidence"
#define SCORE_STEP 1e-4 // of detections_write()
#define LABELS_MAX \
    4096 // GStreamer never forgets a label: a stream must not fill the memory with them

void gst_triptych_user_data_register(void)
{
    static const gchar *tags[] = { NULL }; // none: elements that change the picture keep it
    if (!gst_meta_get_info(META_NAME))
        gst_meta_register_custom(META_NAME, tags, NULL, NULL, NULL);
}

static GQuark label_quark(const gchar *label)
{
    static gint known; // atomic
    const GQuark quark = g_quark_try_string(label);
    if (quark)
        return quark;
    return g_atomic_int_add(&known, 1) < LABELS_MAX ? g_quark_from_string(label)
                                                    : g_quark_from_static_string("other");
}

/** Clips a span of pixels to an edge of the frame. @return FALSE if it lies outside */
static gboolean clip(gdouble from, gdouble length, guint edge, guint *first, guint *count)
{
    const gdouble left = CLAMP(rint(from), 0, (gdouble)edge);
    const gdouble right = CLAMP(rint(from + length), 0, (gdouble)edge);
    *first = (guint)left;
    *count = (guint)(right - left);
    return *count > 0;
}

/** A region of interest. */
struct region {
    GQuark label;
    gint id; // 0: none
    guint x;
    guint y;
    guint width;
    guint height;
    gdouble score; // negative: none
};

/** Makes a region of a detection. @return FALSE if it lies outside the frame */
static gboolean region_from_detection(const struct detection *one, const struct tri_video *video,
                                      struct region *region)
{
    *region = (struct region){ .label = label_quark(one->label),
                               .id = MAX(one->id, 0),
                               .score = one->score };
    return clip(one->x, one->width, video->width, &region->x, &region->width) &&
           clip(one->y, one->height, video->height, &region->y, &region->height);
}

/** Parses bytes as detections in a frame. @return number of regions */
static gsize parse_regions(gconstpointer bytes, gsize size, const struct tri_video *video,
                           struct region regions[DETECTIONS_MAX])
{
    struct detections detections;
    gsize count = 0;
    if (!detections_parse(&detections, bytes, size))
        return 0;
    detections_scale(&detections, video->width, video->height);
    for (guint32 i = 0; i < detections.count; i++) {
        if (region_from_detection(&detections.items[i], video, &regions[count]))
            count++;
    }
    return count;
}

static void attach_region(GstBuffer *buffer, const struct region *region)
{
    GstVideoRegionOfInterestMeta *meta = gst_buffer_add_video_region_of_interest_meta_id(
        buffer, region->label, region->x, region->y, region->width, region->height);
    meta->id = region->id;
    if (region->score >= 0)
        gst_video_region_of_interest_meta_add_param(
            meta, gst_structure_new(DETECTION, CONFIDENCE, G_TYPE_DOUBLE, region->score, NULL));
}

void gst_triptych_user_data_attach(GstBuffer *buffer, const struct tri_frame *frame)
{
    struct region regions[DETECTIONS_MAX];
    if (frame->info.user_bytes == 0)
        return;
    // Copied first: a writer that misbehaves may change them while they are parsed.
    GBytes *bytes = g_bytes_new(frame->user, frame->info.user_bytes);
    gsize size;
    gconstpointer data = g_bytes_get_data(bytes, &size);
    const gsize count = parse_regions(data, size, &frame->info.video, regions);
    for (gsize i = 0; i < count; i++)
        attach_region(buffer, &regions[i]);
    GstCustomMeta *meta = gst_buffer_add_custom_meta(buffer, META_NAME);
    gst_structure_set(gst_custom_meta_get_structure(meta), DATA, G_TYPE_BYTES, bytes, REGIONS,
                      G_TYPE_UINT, (guint)count, NULL);
    g_bytes_unref(bytes);
}

/** The score of a region: a detector's "confidence" or "score" from 0 to 1, otherwise -1. */
static gdouble score_of(const GstVideoRegionOfInterestMeta *meta)
{
    static const gchar *const names[] = { CONFIDENCE, "score" };
    for (const GList *at = meta->params; at; at = at->next) {
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
            const GValue *value = gst_structure_get_value(at->data, names[i]);
            GValue number = G_VALUE_INIT;
            g_value_init(&number, G_TYPE_DOUBLE);
            if (value && g_value_transform(value, &number)) {
                const gdouble score = g_value_get_double(&number);
                if (score >= 0 && score <= 1)
                    return score;
            }
        }
    }
    return -1;
}

/** Collects the regions of a buffer. @return how many there are, also beyond DETECTIONS_MAX */
static gsize collect_regions(GstBuffer *buffer, struct region regions[DETECTIONS_MAX])
{
    gpointer state = NULL;
    gsize count = 0;
    GstMeta *next;
    while ((next = gst_buffer_iterate_meta_filtered(buffer, &state,
                                                    GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
        const GstVideoRegionOfInterestMeta *meta = (GstVideoRegionOfInterestMeta *)next;
        if (meta->w == 0 || meta->h == 0)
            continue;
        if (count < DETECTIONS_MAX)
            regions[count] = (struct region){ .label = meta->roi_type,
                                              .id = MAX(meta->id, 0),
                                              .x = meta->x,
                                              .y = meta->y,
                                              .width = meta->w,
                                              .height = meta->h,
                                              .score = score_of(meta) };
        count++;
    }
    return count;
}

/** Whether the regions are those that the bytes describe. A region of the same label and id gets its
 *  score back, which GStreamer drops when it scales. */
static gboolean are_regions_of(struct region *regions, gsize count, gconstpointer bytes, gsize size,
                               const struct tri_video *video)
{
    struct region own[DETECTIONS_MAX];
    gboolean are_equal = TRUE;
    if (parse_regions(bytes, size, video, own) != count)
        return FALSE;
    for (gsize i = 0; i < count; i++) {
        struct region *one = &regions[i];
        if (one->label != own[i].label || one->id != own[i].id)
            return FALSE;
        if (one->score < 0)
            one->score = own[i].score;
        are_equal = are_equal && one->x == own[i].x && one->y == own[i].y &&
                    one->width == own[i].width && one->height == own[i].height &&
                    fabs(one->score - own[i].score) < SCORE_STEP;
    }
    return are_equal;
}

/** The number of the frame that triptychsrc made the buffer of; 0: another element made it. */
static guint64 frame_number(GstBuffer *buffer)
{
    return gst_triptych_get_capture_time(buffer, NULL) > 0 && GST_BUFFER_OFFSET_IS_VALID(buffer)
               ? GST_BUFFER_OFFSET(buffer)
               : 0;
}

/** Writes regions as detections into the draft's user data. */
static void write_regions(const struct region *regions, gsize count, guint64 number,
                          struct tri_draft *draft)
{
    const gsize kept = MIN(count, DETECTIONS_MAX);
    struct detections detections = { .frame = number,
                                     .width = draft->info.video.width,
                                     .height = draft->info.video.height,
                                     .count = (guint32)kept,
                                     .omitted = (guint32)(count - kept) };
    for (gsize i = 0; i < kept; i++) {
        struct detection *one = &detections.items[i];
        const gchar *label = g_quark_to_string(regions[i].label);
        *one = (struct detection){ .x = regions[i].x,
                                   .y = regions[i].y,
                                   .width = regions[i].width,
                                   .height = regions[i].height,
                                   .score = regions[i].score,
                                   .id = regions[i].id ? regions[i].id : -1 };
        g_strlcpy(one->label, label ? label : "", sizeof(one->label));
        tri_utf8_clean(one->label);
    }
    draft->info.user_bytes = (guint32)detections_write(&detections, draft->user, TRI_USER_MAX);
}

gboolean gst_triptych_user_data_write(GstBuffer *buffer, struct tri_draft *draft)
{
    struct region regions[DETECTIONS_MAX];
    const gsize count = collect_regions(buffer, regions);
    GstCustomMeta *meta =
        gst_meta_get_info(META_NAME) ? gst_buffer_get_custom_meta(buffer, META_NAME) : NULL;
    const GstStructure *structure = meta ? gst_custom_meta_get_structure(meta) : NULL;
    const GValue *value = structure ? gst_structure_get_value(structure, DATA) : NULL;
    guint attached = 0;
    gsize size = 0;
    gconstpointer bytes = NULL;
    if (value && G_VALUE_HOLDS(value, G_TYPE_BYTES) && g_value_get_boxed(value))
        bytes = g_bytes_get_data(g_value_get_boxed(value), &size);
    if (structure)
        gst_structure_get_uint(structure, REGIONS, &attached);

    const gboolean replaced =
        count > 0 ? !are_regions_of(regions, count, bytes, size, &draft->info.video) : attached > 0;
    if (replaced && count > 0)
        write_regions(regions, count, frame_number(buffer), draft);
    if (replaced)
        return size == 0 || attached > 0;
    if (size == 0 || size > TRI_USER_MAX)
        return size == 0;
    memcpy(draft->user, bytes, size);
    draft->info.user_bytes = (guint32)size;
    return TRUE;
}
