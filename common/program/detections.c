/* SPDX-License-Identifier: MIT */
#include "detections.h"

#include "src/utf8.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define VERSION   1
#define JSON_FORM (JSON_COMPACT | JSON_REAL_PRECISION(6)) // a hundredth of a pixel in 8K

/** Reads an optional integer. @return whether it is absent, or from `least` to `most`. */
static bool read_integer(const json_t *object, const char *key, int64_t least, int64_t most,
                         int64_t *value)
{
    const json_t *found = json_object_get(object, key);
    if (!found)
        return true;
    *value = json_integer_value(found);
    return json_is_integer(found) && *value >= least && *value <= most;
}

/** Reads number `i` of an array. @return whether it is a number from `least` to `most`. */
static bool read_number(const json_t *array, size_t i, double least, double most, double *value)
{
    const json_t *found = json_array_get(array, i);
    *value = json_number_value(found);
    return json_is_number(found) && *value >= least && *value <= most;
}

static bool read_box(const json_t *box, struct detection *one)
{
    return json_array_size(box) == 4 &&
           read_number(box, 0, -DETECTION_EDGE_MAX, DETECTION_EDGE_MAX, &one->x) &&
           read_number(box, 1, -DETECTION_EDGE_MAX, DETECTION_EDGE_MAX, &one->y) &&
           read_number(box, 2, 0, DETECTION_EDGE_MAX, &one->width) && one->width > 0 &&
           read_number(box, 3, 0, DETECTION_EDGE_MAX, &one->height) && one->height > 0;
}

static bool read_one(const json_t *object, struct detection *one)
{
    const char *label = json_string_value(json_object_get(object, "label"));
    const json_t *score = json_object_get(object, "score");
    int64_t id = -1;
    *one = (struct detection){ .score = score ? json_number_value(score) : -1 };
    if (!label || strlen(label) >= sizeof(one->label) ||
        !read_box(json_object_get(object, "box"), one) ||
        (score && (!json_is_number(score) || !(one->score >= 0 && one->score <= 1))) ||
        !read_integer(object, "id", 0, INT32_MAX, &id))
        return false;
    memcpy(one->label, label, strlen(label)); // the rest is zero
    tri_utf8_clean(one->label);
    one->id = (int32_t)id;
    return true;
}

static bool read_all(const json_t *root, struct detections *detections)
{
    const json_t *list = json_object_get(root, "detections");
    const json_t *size = json_object_get(root, "size");
    int64_t version = 0;
    int64_t frame = 0;
    int64_t omitted = 0;
    double width = 0;
    double height = 0;
    if (!json_is_array(list) || json_array_size(list) > DETECTIONS_MAX ||
        !read_integer(root, "version", VERSION, VERSION, &version) || version != VERSION ||
        !read_integer(root, "frame", 1, INT64_MAX, &frame) ||
        !read_integer(root, "omitted", 0, UINT32_MAX / 2, &omitted) ||
        (size &&
         (json_array_size(size) != 2 || !read_number(size, 0, 1, DETECTION_EDGE_MAX, &width) ||
          !read_number(size, 1, 1, DETECTION_EDGE_MAX, &height))))
        return false;
    *detections = (struct detections){ .frame = (uint64_t)frame,
                                       .width = (uint32_t)width,
                                       .height = (uint32_t)height,
                                       .omitted = (uint32_t)omitted,
                                       .count = (uint32_t)json_array_size(list) };
    for (size_t i = 0; i < detections->count; i++) {
        if (!read_one(json_array_get(list, i), &detections->items[i]))
            return false;
    }
    return true;
}

bool detections_parse(struct detections *detections, const void *bytes, size_t size)
{
    json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
    const bool is_valid = read_all(root, detections);
    if (!is_valid)
        *detections = (struct detections){ .count = 0 };
    json_decref(root);
    return is_valid;
}

/** A number without a fraction where it has none. */
static json_t *number(double value)
{
    return value == rint(value) ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *one_json(const struct detection *one)
{
    json_t *object = json_pack("{s:s, s:[o, o, o, o]}", "label", one->label, "box", number(one->x),
                               number(one->y), number(one->width), number(one->height));
    if (one->score >= 0)
        json_object_set_new(object, "score", json_real(nearbyint(one->score * 1e4) / 1e4));
    if (one->id >= 0)
        json_object_set_new(object, "id", json_integer(one->id));
    return object;
}

static json_t *all_json(const struct detections *detections)
{
    json_t *root = json_pack("{s:i}", "version", VERSION);
    json_t *list = json_array();
    if (detections->frame)
        json_object_set_new(root, "frame", json_integer((json_int_t)detections->frame));
    if (detections->width && detections->height)
        json_object_set_new(
            root, "size",
            json_pack("[I, I]", (json_int_t)detections->width, (json_int_t)detections->height));
    if (detections->omitted)
        json_object_set_new(root, "omitted", json_integer(detections->omitted));
    for (size_t i = 0; i < detections->count; i++)
        json_array_append_new(list, one_json(&detections->items[i]));
    json_object_set_new(root, "detections", list);
    return root;
}

/** For qsort(): higher scores first. */
static int compare_scores(const void *a, const void *b)
{
    const double first = ((const struct detection *)a)->score;
    const double second = ((const struct detection *)b)->score;
    return (first < second) - (first > second);
}

static size_t dump(const struct detections *detections, void *bytes, size_t room)
{
    json_t *root = all_json(detections);
    const size_t size = json_dumpb(root, bytes, room, JSON_FORM);
    json_decref(root);
    return size;
}

size_t detections_write(const struct detections *detections, void *bytes, size_t room)
{
    size_t size = dump(detections, bytes, room);
    if (size <= room)
        return size;
    struct detections fitting = *detections;
    qsort(fitting.items, fitting.count, sizeof(fitting.items[0]), compare_scores);
    while (size > room && fitting.count > 0) {
        fitting.count--;
        fitting.omitted++;
        size = dump(&fitting, bytes, room);
    }
    return size <= room ? size : 0;
}

void detections_scale(struct detections *detections, uint32_t width, uint32_t height)
{
    if (detections->width && detections->height && width && height) {
        const double across = (double)width / detections->width;
        const double down = (double)height / detections->height;
        for (size_t i = 0; i < detections->count; i++) {
            struct detection *one = &detections->items[i];
            one->x *= across;
            one->width *= across;
            one->y *= down;
            one->height *= down;
        }
    }
    detections->width = width;
    detections->height = height;
}
