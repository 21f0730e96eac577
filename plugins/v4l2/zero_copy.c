/* SPDX-License-Identifier: MIT */
#include "zero_copy.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAPPINGS_MAX 128

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct zero_copy *mapping[MAPPINGS_MAX];

void zero_copy_map(struct zero_copy *map, void *address, size_t length)
{
    zero_copy_forget(map);
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < MAPPINGS_MAX; i++)
        if (!mapping[i]) {
            mapping[i] = map;
            *map = (struct zero_copy){ .address = address, .length = length, .shm_id = -1 };
            break;
        }
    pthread_mutex_unlock(&lock);
}

void zero_copy_forget(struct zero_copy *map)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < MAPPINGS_MAX; i++)
        if (mapping[i] == map)
            mapping[i] = NULL;
    map->address = NULL;
    pthread_mutex_unlock(&lock);
}

void zero_copy_unmap(void *address, size_t length)
{
    const uint8_t *const first = address;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < MAPPINGS_MAX; i++) {
        const uint8_t *const at = mapping[i] ? mapping[i]->address : NULL;
        if (at && at < first + length && at + mapping[i]->length > first) {
            mapping[i]->address = NULL;
            mapping[i] = NULL;
        }
    }
    pthread_mutex_unlock(&lock);
}

bool zero_copy_shows(const struct zero_copy *map, const struct tri_frame *frame)
{
    size_t offset;
    return map->address && map->shm_id >= 0 && tri_frame_get_shm(frame, &offset) == map->shm_id &&
           offset == map->offset;
}

static bool has_v4l2_layout(const struct tri_frame *frame, const struct v4l2_pix_format *pix,
                            const struct pixel_layout *layout)
{
    const struct tri_video *const video = &frame->info.video;
    if (video->width != pix->width || video->height != pix->height ||
        video->fourcc != pix->pixelformat || !tri_frame_is_locked(frame))
        return false;
    for (uint32_t p = 0; p < frame->shape.planes; p++)
        if ((uint64_t)(frame->data[p] - frame->data[0]) != layout->offset[p] ||
            (frame->shape.plane[p].rows && frame->shape.plane[p].stride != layout->stride[p]))
            return false;
    return true;
}

bool zero_copy_show(struct zero_copy *map, const struct tri_frame *frame,
                    const struct v4l2_pix_format *pix, const struct pixel_layout *layout)
{
    size_t offset;
    const int shm_id = tri_frame_get_shm(frame, &offset);
    if (!map->address || shm_id < 0 || !has_v4l2_layout(frame, pix, layout) ||
        (uintptr_t)frame->data[0] % (uintptr_t)sysconf(_SC_PAGESIZE))
        return false;
    if (map->shm_id == shm_id && map->offset == offset)
        return true;
    pthread_mutex_lock(&lock); // against a program that unmaps the buffer meanwhile
    void *shown = MAP_FAILED;
    if (map->address)
        shown = mremap((void *)(uintptr_t)frame->data[0], 0, map->length,
                       MREMAP_MAYMOVE | MREMAP_FIXED, map->address);
    if (shown != MAP_FAILED) {
        map->shm_id = shm_id;
        map->offset = offset;
    }
    pthread_mutex_unlock(&lock);
    return shown != MAP_FAILED;
}

void zero_copy_restore(struct zero_copy *map, int memory_fd, uint32_t offset)
{
    pthread_mutex_lock(&lock);
    if (map->address && map->shm_id >= 0 &&
        mmap(map->address, map->length, PROT_READ, MAP_SHARED | MAP_FIXED, memory_fd, offset) !=
            MAP_FAILED)
        map->shm_id = -1;
    pthread_mutex_unlock(&lock);
}
