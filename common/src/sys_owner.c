/* SPDX-License-Identifier: MIT */
#include "sys_owner.h"

#include "sys_account.h"
#include "sys_status.h"

#include <stdbool.h>
#include <stdio.h>

/** The creator of the set of `key`: its owner may be any user that the creator chose. @return
 *  false: no set */
static bool semset_creator(key_t key, uid_t *creator)
{
    struct seminfo table = { 0 }; // here and below: filled by semctl() and shmctl(), which
                                  // analysers cannot see
    const int highest = semctl(0, 0, SEM_INFO, &table);
    for (int i = 0; i <= highest; i++) {
        struct semid_ds status = { 0 };
        if (tri_sem_status_at(i, &status) >= 0 && status.sem_perm.__key == key) {
            *creator = status.sem_perm.cuid;
            return true;
        }
    }
    return false;
}

/** The creator of the segment of `key`. */
static bool segment_creator(key_t key, uid_t *creator)
{
    struct shm_info table = { 0 };
    const int highest = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&table);
    for (int i = 0; i <= highest; i++) {
        struct shmid_ds status = { 0 };
        if (tri_shm_status_at(i, &status) >= 0 && status.shm_perm.__key == key) {
            *creator = status.shm_perm.cuid;
            return true;
        }
    }
    return false;
}

/** "alice (uid 1000)". */
static const char *user_text(uid_t uid, char text[64])
{
    char name[40];
    snprintf(text, 64, "%s (uid %u)",
             tri_account_name(uid, name, sizeof(name)) ? name : "without an account",
             (unsigned)uid);
    return text;
}

void tri_owner_explain(const tri_log *log, const char *name, key_t key)
{
    uid_t set;
    uid_t segment;
    const bool has_set = semset_creator(key, &set);
    const bool has_segment = segment_creator(key, &segment);
    char text[2][64];
    if (!has_set && !has_segment)
        tri_log_write(log, TRI_LOG_ERROR, "segment",
                      "%s: another user's System V object had this key a moment ago; try again",
                      name);
    else if (has_set && has_segment && set != segment)
        tri_log_write(
            log, TRI_LOG_ERROR, "segment",
            "%s: the semaphores are of user %s, the segment is of user %s (key 0x%08x): one "
            "of them is planted and neither is trusted; choose another name, or have root "
            "run `triptych-info remove %s`",
            name, user_text(set, text[0]), user_text(segment, text[1]), (unsigned)key, name);
    else
        tri_log_write(log, TRI_LOG_ERROR, "segment",
                      "%s: this name is taken by user %s (key 0x%08x) and is not trusted; choose "
                      "another name, or have that user or root run `triptych-info remove %s`",
                      name, user_text(has_set ? set : segment, text[0]), (unsigned)key, name);
}

void tri_owner_log(const tri_log *log, const char *name, uid_t owner)
{
    char text[64];
    if (log && log->level >= TRI_LOG_INFO)
        tri_log_write(log, TRI_LOG_INFO, "segment", "%s: a stream of user %s", name,
                      user_text(owner, text));
}
