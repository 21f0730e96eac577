/* SPDX-License-Identifier: MIT */
/*
 * The hand-over as in common/src, for an exhaustive search by spin. One step here is one event there
 * that other processes can observe: a store to shared memory or one semop().
 *
 *   writer, twice   semset.c take_writer(), writer_takeover.c resume(), writer.c begin and publish,
 *                   writer_slots.c; the second is refused as long as the first lives, and takes over
 *                   when it has died
 *   holder          reader.c and reader_lock.c with permission to alter: locks its frame, or, while it
 *                   waits, the next one; exchanges the locks by one semop. With KEEPER it keeps each
 *                   frame until it has the next one, as a loop in Python does: two locks
 *   checker         reader.c with read permission only: checks the number before and after
 *
 * Each of them may be killed before every step: the kernel then undoes its operations, in one step per
 * set (exit_sem()). Each may be stopped before every step, indefinitely: no process waits for it. The
 * writer still finds a slot for every frame: it opens slots up to SLOTS_MAX, closes an idle one, and
 * overwrites the oldest locked frame if all are locked. It may take the next slot in the call that
 * publishes a frame, as it does in a fast stream. Sleeps have a time limit there (SLEEP_MAX_NS) but not
 * here: the proof does not depend on it.
 *
 * Left out: memory order (sequential consistency is assumed; entry.h has the fences), a second segment
 * under the same name, slots that stay unused for some time, one that closes while the next is taken
 * ahead, the precedence of the first slots over those opened later, mode `next`, semctl() by other
 * processes.
 *
 * check.py searches the correct model and each wrong variant, a macro WRONG_... below, which must fail.
 */

#define SLOTS 3
#ifndef SLOTS_MAX
#define SLOTS_MAX 3
#endif
#ifndef GATES
#define GATES 4
#endif
#ifndef FRAMES
#define FRAMES 5
#endif
#ifdef KEEPER
#define WHOLE 3 /* units that the writer takes of a lock; a reader can have two, for two frames */
#else
#define WHOLE 2
#endif
#define NONE  15

#define GATE(n) gate[(n) % GATES]
#define LOCK(s, parity) ((s) + SLOTS_MAX * (parity)) /* two for each slot */
#define SLOT(lock) ((lock) % SLOTS_MAX)
#define PICTURE(n, writer) ((n) + 8 * (writer)) /* a frame's pixels, unique */
#define NUMBER(picture) ((picture) % 8)

#define HOLDER  0
#define CHECKER 1

/* The semaphore set. */
bool has_writer, no_writer = 1, removed;
byte gate[GATES];
byte lock[2 * SLOTS_MAX] = WHOLE;

/* The segment: `latest` and `next` are one head word each; a slot's number and parity are its stamp.
 * Readers check it before and after the two halves of its pixels. */
byte latest, latest_slot = NONE;
bit latest_parity;
byte next, next_slot = NONE;
bit next_parity;
byte number[SLOTS_MAX], upper[SLOTS_MAX], lower[SLOTS_MAX];
bit parity[SLOTS_MAX];
byte open = SLOTS;

/* Only for the properties. */
bit turn;     /* which writer is first: the two are equivalent */
bool settled; /* there is a writer and it has closed its gates */
byte turned;  /* the newest frame whose gates have been turned */
bool asleep[2];
byte wanted[2]; /* by a sleeper */
byte seen[2];   /* the newest frame each reader got */
bool reclaimed; /* a locked frame was overwritten: only where all slots were */

/* Every sleeper whose gate is open wakes, within the call that opened it. */
inline wake()
{
    if :: asleep[0] && (removed || GATE(wanted[0]) == 0) -> asleep[0] = false; wanted[0] = 0 :: else fi;
    if :: asleep[1] && (removed || GATE(wanted[1]) == 0) -> asleep[1] = false; wanted[1] = 0 :: else fi
}

/* Gates repeat: a reader that begins to wait GATES - 2 frames late finds its gate closed again, for
 * another frame. That frame or the reader's time limit wakes it. */
#define LATE(want) (want <= turned && ((turned + 1) % GATES == (want) % GATES || \
                                       (turned + 2) % GATES == (want) % GATES))

/* Its gate is turned in the writer's very next step. */
#define SOON(want) (want > turned && want <= latest)

inline no_reader_misses_a_frame()
{
    assert(!(asleep[0] && seen[0] < turned && !LATE(wanted[0]) && !SOON(wanted[0])));
    assert(!(asleep[1] && seen[1] < turned && !LATE(wanted[1]) && !SOON(wanted[1])))
}

#ifdef WRONG_NEWEST_TAKEN
#define MAY_TAKE(i) true
#else
#define MAY_TAKE(i) ((i) != newest)
#endif
#define LOCKED(i) (lock[LOCK(i, parity[i])] != WHOLE)

#define OR_DIE ::true -> goto die

/* best_slot(): into pick. Within a d_step. */
inline oldest(not_these)
{
    pick = NONE;
    i = 0;
    do
    :: i < open ->
        if
        :: MAY_TAKE(i) && !(not_these) ->
               if
               :: pick == NONE -> pick = i
               :: pick != NONE && number[i] < number[pick] -> pick = i
               :: else
               fi
        :: else
        fi;
        i++
    :: i == open -> break
    od;
    i = 0
}

/* tri_semset_publish(): slot, this gate and the one two frames on, in one call. Within a d_step. */
inline turn_gates()
{
#ifdef WRONG_RECLAIM_RELEASES_A_LOCK_IT_LACKS
    lock[LOCK(mine, 1 - parity[mine])] = lock[LOCK(mine, 1 - parity[mine])] + WHOLE;
    assert(lock[LOCK(mine, 1 - parity[mine])] <= WHOLE);
#else
    if :: taken != NONE -> lock[taken] = lock[taken] + WHOLE :: else fi;
#endif
    taken = NONE;
    GATE(n) = GATE(n) - 1;
    closed[n % GATES] = 0;
#ifdef WRONG_ONE_GATE
    GATE(n + 1) = GATE(n + 1) + 1;
    closed[(n + 1) % GATES] = 1;
#else
    GATE(n + 2) = GATE(n + 2) + 1;
    closed[(n + 2) % GATES] = 1;
#endif
    turned = n;
#ifndef WRONG_GATE_BEFORE_LATEST
    mine = NONE;
#endif
    wake();
    no_reader_misses_a_frame()
}

/* The same call, if no reader has it, takes the lock of the next frame's slot. Within a d_step. */
inline take_ahead()
{
    i = LOCK(next_slot, parity[next_slot]);
    if
#ifdef WRONG_LOCKED_SLOT_TAKEN_AHEAD
    :: true -> lock[i] = 0; taken = i
#else
    :: lock[i] == WHOLE -> lock[i] = 0; taken = i
    :: else
#endif
    fi;
    i = 0
}

/* Stores the frame's head word in `latest`. */
#define PUBLISH(own_parity) d_step { latest = n; latest_slot = mine; latest_parity = own_parity; newest = mine }

proctype writer(bit me)
{
    byte n, newest = NONE, mine = NONE, pick, i, tries;
    byte taken = NONE; /* undo: the lock of this writer */
    byte closed[GATES]; /* undo: this writer's additions to the gates */

    /* take_writer(): refused while there is another, and tried again */
end_refused:
    if
    :: d_step { me == turn && !has_writer && !removed -> has_writer = true; no_writer = false; turn = 1 }
    :: removed -> goto out
    fi;

    /* resume() and tri_semset_close_gates() */
    if
    :: d_step { /* finished but never published: not a frame, and its lock is the previous one */
        do
        :: i < SLOTS_MAX ->
            if :: number[i] > latest -> number[i] = 0; parity[i] = 1 - parity[i] :: else fi;
            i++
        :: i == SLOTS_MAX -> break
        od;
        i = 0
    }
    OR_DIE
    fi;
    if
    :: d_step {
        n = latest;
#ifndef WRONG_TAKEOVER_FORGETS
        newest = latest_slot;
#endif
#ifdef WRONG_TAKEOVER_FORGETS_PARITY
        parity[0] = 0; parity[1] = 0; parity[2] = 0;
#endif
        closed[(n + 1) % GATES] = 1;
        GATE(n + 1) = GATE(n + 1) + 1;
#ifndef WRONG_ONE_GATE
        closed[(n + 2) % GATES] = 1;
        GATE(n + 2) = GATE(n + 2) + 1;
#endif
        turned = n;
        settled = true
    }
    OR_DIE
    fi;

    do
    :: n == FRAMES -> break
#if SLOTS_MAX > SLOTS
    :: open > SLOTS && n < FRAMES && newest != open - 1 && taken == NONE -> /* tri_writer_close_idle_slot() */
        if
        :: d_step {
            i = LOCK(open - 1, parity[open - 1]);
            if
#ifdef WRONG_LOCKED_SLOT_CLOSED
            :: true -> mine = open - 1
#else
            :: lock[i] == WHOLE -> lock[i] = 0; taken = i; mine = open - 1
            :: else
#endif
            fi;
            i = 0
           }
        OR_DIE
        fi;
        if
        :: mine != NONE ->
           if :: d_step { number[mine] = 0; open = mine } OR_DIE fi;
           if :: d_step { upper[mine] = 0; lower[mine] = 0 } OR_DIE fi;
           if
           :: d_step {
               if :: taken != NONE -> lock[taken] = lock[taken] + WHOLE :: else fi;
               taken = NONE;
               mine = NONE
              }
           OR_DIE
           fi
        :: else
        fi
#endif
    :: n < FRAMES ->
        /* tri_writer_take_slot(): the oldest first; if that is locked, the oldest free one
         * by one reading of all locks. No step waits. */
        tries = 0;
        if :: taken != NONE -> mine = SLOT(taken) :: else fi; /* take_ahead() */
        do
        :: mine != NONE -> break
        :: mine == NONE ->
           d_step { if :: tries == 0 -> oldest(false) :: else -> oldest(LOCKED(i)) fi };
           if
           :: pick == NONE -> break
           :: pick != NONE ->
              if
#ifdef WRONG_WRITER_WAITS
              :: d_step {
                  !LOCKED(pick) -> taken = LOCK(pick, parity[pick]); lock[taken] = 0; mine = pick
                 };
                 break
#else
              :: d_step {
#ifdef WRONG_SIDE_TO_COME_TAKEN
                  i = LOCK(pick, 1 - parity[pick]);
#else
                  i = LOCK(pick, parity[pick]); /* of the frame that it overwrites */
#endif
                  if
                  :: lock[i] == WHOLE -> lock[i] = 0; taken = i; mine = pick
                  :: else -> tries++
                  fi;
                  i = 0
                 };
                 if :: mine != NONE || tries == 5 -> break :: else fi
              OR_DIE
#endif
              fi
           fi
        od;
#if defined(KEEPER) && !defined(WRONG_NEITHER_GROWTH_NOR_RECLAIM)
#if SLOTS_MAX > SLOTS
        if
        :: mine == NONE && open < SLOTS_MAX -> /* open_slot(); a reader may still lock what was in it */
           if
           :: d_step {
               open++;
               i = LOCK(open - 1, parity[open - 1]);
               if :: lock[i] == WHOLE -> lock[i] = 0; taken = i; mine = open - 1 :: else fi;
               i = 0
              }
           OR_DIE
           fi
        :: else
        fi;
#endif
        if
        :: mine == NONE -> /* reclaim(): no lock is taken */
           if
           :: d_step {
#ifdef WRONG_RECLAIM_TAKES_THE_NEWEST
               mine = newest;
#else
               oldest(false);
               mine = pick;
#endif
               reclaimed = true
              }
           OR_DIE
           fi
        :: else
        fi;
#endif
        assert(mine != NONE); /* no frame is dropped, whichever slots readers lock and wherever they stop */
        tries = 0;
        pick = NONE;

        n++;
        /* plan(): if it is not the slot announced to readers */
        if
        :: next == n && next_slot == mine && next_parity == 1 - parity[mine]
        :: else ->
           if :: d_step { next = n; next_slot = mine; next_parity = 1 - parity[mine] } OR_DIE fi
        fi;
#ifndef WRONG_NUMBER_STAYS
        if :: number[mine] = 0 OR_DIE fi;
#endif
        if :: upper[mine] = PICTURE(n, me) OR_DIE fi;
        if :: lower[mine] = PICTURE(n, me) OR_DIE fi;
#ifdef WRONG_LATEST_BEFORE_NUMBER
        if :: PUBLISH(1 - parity[mine]) OR_DIE fi;
        if :: d_step { number[mine] = n; parity[mine] = 1 - parity[mine] } OR_DIE fi;
#else
#ifdef WRONG_PARITY_AFTER_NUMBER
        if :: number[mine] = n OR_DIE fi;
        if :: PUBLISH(1 - parity[mine]) OR_DIE fi;
        if :: parity[mine] = 1 - parity[mine] OR_DIE fi;
#else
        if :: d_step { number[mine] = n; parity[mine] = 1 - parity[mine] } OR_DIE fi;
        if
        :: d_step {
            newest = mine;
            oldest(false);
            next = n + 1;
            next_slot = pick;
            next_parity = 1 - parity[pick];
            pick = NONE
        }
        OR_DIE
        fi;
#ifndef WRONG_GATE_BEFORE_LATEST
        if :: PUBLISH(parity[mine]) OR_DIE fi;
#endif
#endif
#endif
        if
        :: d_step { turn_gates() }
        :: next == n + 1 && next_slot != NONE -> d_step { turn_gates(); take_ahead() }
        OR_DIE
        fi;
#ifdef WRONG_GATE_BEFORE_LATEST
        if :: PUBLISH(parity[mine]) OR_DIE fi;
        mine = NONE
#endif
    od;

    /* It pauses indefinitely, dies, or closes: the set is removed and all waiters wake. */
    if
    :: true -> goto end_pause
    :: d_step { removed = true; has_writer = false; settled = false; wake() } -> goto out
    OR_DIE
    fi;

die: skip; /* exit_sem() */
    d_step {
        has_writer = false;
        no_writer = true;
        settled = false;
#ifndef WRONG_WRITER_NOT_UNDONE
        i = 0;
        do
        :: i < GATES -> gate[i] = gate[i] - closed[i]; i++
        :: i == GATES -> break
        od;
        if :: taken != NONE -> lock[taken] = lock[taken] + WHOLE :: else fi;
#endif
        wake();
        assert(!asleep[0] && !asleep[1]); /* readers learn of a death at once */
        n = 0; newest = 0; mine = 0; taken = 0; pick = 0; i = 0; tries = 0;
        closed[0] = 0; closed[1] = 0; closed[2] = 0; closed[GATES - 1] = 0
    };
    goto out;

end_pause: /* alive, without further frames */
    false;
out:
    skip
}

/*
 * The call of tri_semset_wait_frame(want): it sleeps, or not. While there is a writer, the gate of a
 * frame must not be open before the frame is published: readers would spin.
 */
inline wait_frame(me, want)
{
    d_step {
        assert(!(settled && want > turned && GATE(want) == 0 && !removed));
        assert(!(settled && turned > latest));
        if
        :: !removed && GATE(want) > 0 ->
           asleep[me] = true;
           wanted[me] = want;
           no_reader_misses_a_frame()
        :: else
        fi;
        want = 0
    }
}

/* tri_semset_wait_writer() */
#define WAIT_FOR_A_WRITER (removed || !no_writer)

#ifdef WRONG_RECLAIMED_TAKEN_FOR_INTACT
#define IS_RECLAIMED(s, n) false
#else
#define IS_RECLAIMED(s, n) (reclaimed && number[s] != (n))
#endif

proctype holder()
{
    byte n, s, a, want;
    bit par;
    byte held = NONE; /* the lock it has */
#ifdef KEEPER
    byte kept = NONE; /* the lock of the frame before, */
    byte before;      /* which has this number */
#endif
    byte ahead;       /* the number of a prelocked future frame; 0: `held` is of the frame seen */
    bool busy;

end_poll:
    do
    OR_DIE
    :: WAIT_FOR_A_WRITER ->
        d_step {
            n = latest;
            s = latest_slot;
            par = latest_parity;
            assert(n == 0 || number[s] == n || removed) /* the newest frame is always intact */
        };
        if
        :: removed -> goto die /* reader_attach.c attaches again, to another segment */
        :: !removed && n > seen[HOLDER] ->
            /* tri_reader_lock_take() */
            if
#ifdef WRONG_AHEAD_BY_NUMBER_ONLY
            :: ahead == n -> ahead = 0
            :: ahead != n ->
#else
            :: ahead == n && held == LOCK(s, par) -> ahead = 0 /* locked before it was published */
            :: !(ahead == n && held == LOCK(s, par)) ->
#endif
#ifdef WRONG_MOVE_IN_TWO_CALLS
               d_step { a = held };
               if
               :: d_step {
                   if
                   :: lock[LOCK(s, par)] > 0 -> held = LOCK(s, par); lock[held] = lock[held] - 1; busy = false
                   :: else -> busy = true
                   fi
                  };
                  if
                  :: !busy && a != NONE -> lock[a] = lock[a] + 1
                  :: !busy && a == NONE
                  :: busy
                  fi
               OR_DIE
               fi;
               d_step { ahead = 0; a = 0 };
#else
               /* tri_semset_exchange(give, take): both or neither */
               if
               :: d_step {
                   if :: held != NONE -> lock[held] = lock[held] + 1 :: else fi;
                   if
                   :: lock[LOCK(s, par)] > 0 ->
                      held = LOCK(s, par);
                      lock[held] = lock[held] - 1;
                      ahead = 0;
                      busy = false
                   :: else ->
                      busy = true;
                      assert(latest != n); /* no writer takes the newest */
                      if :: held != NONE -> lock[held] = lock[held] - 1 :: else fi
                   fi
               }
               OR_DIE
               fi
#endif
            fi;
            if
            :: busy /* being overwritten: there is a newer one */
            :: else ->
               /* tri_entry_read() */
#ifndef WRONG_LOCK_UNCHECKED
               if
               :: number[s] != n -> goto torn
               :: number[s] == n
               fi;
#endif
               seen[HOLDER] = n;
               a = upper[s];
               assert(NUMBER(a) == n || IS_RECLAIMED(s, n));
               if
               :: true
               :: true -> goto end_stopped
               OR_DIE
               fi;
               /* now or much later: a locked slot does not change, or tri_reader_is_intact() is false */
               assert(lower[s] == a || IS_RECLAIMED(s, n));
               a = 0
#ifdef KEEPER
               ;
               if
               :: d_step {
                   if
                   :: kept != NONE ->
                      assert(NUMBER(lower[SLOT(kept)]) == before || IS_RECLAIMED(SLOT(kept), before));
                      lock[kept] = lock[kept] + 1
                   :: else
                   fi;
                   kept = held;
                   before = n;
                   held = NONE
                  }
               OR_DIE
               fi
#endif
            fi
        :: else -> want = n + 1
        fi;
        goto next_step;
torn:   skip;
        d_step { lock[held] = lock[held] + 1; held = NONE };
next_step: skip;
        d_step { n = 0; s = 0; par = 0; busy = false };
        if
        :: want > 0 ->
           /* tri_reader_prelock() */
           d_step { n = next; s = next_slot; par = next_parity };
           if
           :: n == want && s != NONE && held != LOCK(s, par) ->
              if
              :: d_step {
                  if
                  :: lock[LOCK(s, par)] > 0 ->
                     if :: held != NONE -> lock[held] = lock[held] + 1 :: else fi;
                     a = held;
                     busy = (ahead == 0 && held != NONE); /* surrendered: the acquired frame, locked by `a` */
                     held = LOCK(s, par);
                     lock[held] = lock[held] - 1;
                     ahead = n
                  :: else
                  fi
              }
              OR_DIE
              fi
           :: else
           fi;
           d_step { n = 0; s = 0; par = 0 };
           if
           :: wait_frame(HOLDER, want);
              d_step { a = 0; busy = false };
end_asleep:
              if
              :: !asleep[HOLDER]
              OR_DIE
              fi
           :: busy -> /* time limit: tri_reader_lock_back() */
              if
              :: d_step {
                  lock[held] = lock[held] + 1;
                  ahead = 0;
                  if
                  :: lock[a] > 0 -> held = a; lock[held] = lock[held] - 1
                  :: else -> held = NONE
                  fi
              }
              OR_DIE
              fi;
              d_step { a = 0; busy = false; want = 0 };
              if
              :: held == NONE
#ifdef WRONG_SURRENDERED_UNCHECKED
              :: held != NONE ->
#else
              :: held != NONE && number[SLOT(held)] != seen[HOLDER] ->
                 d_step { lock[held] = lock[held] + 1; held = NONE }
              :: held != NONE && number[SLOT(held)] == seen[HOLDER] ->
#endif
                 if :: true OR_DIE fi;
                 assert(NUMBER(upper[SLOT(held)]) == seen[HOLDER] ||
                        IS_RECLAIMED(SLOT(held), seen[HOLDER])); /* as before the wait */
                 assert(lower[SLOT(held)] == upper[SLOT(held)] ||
                        IS_RECLAIMED(SLOT(held), seen[HOLDER]))
              fi
           fi
        :: else
        fi
    od;

die: skip;
    d_step { asleep[HOLDER] = false; wanted[HOLDER] = 0 };
#ifndef WRONG_HOLDER_NOT_UNDONE
    d_step { if :: held != NONE -> lock[held] = lock[held] + 1 :: else fi };
#ifdef KEEPER
    d_step { if :: kept != NONE -> lock[kept] = lock[kept] + 1 :: else fi; kept = 0; before = 0 };
#endif
#endif
    d_step { n = 0; s = 0; par = 0; held = 0; ahead = 0; a = 0; want = 0; busy = false };
    goto out;

end_stopped: /* SIGSTOP, indefinitely */
    false;
out:
    skip
}

proctype checker()
{
    byte n, s, a, b, want;

end_poll:
    do
    OR_DIE
    :: WAIT_FOR_A_WRITER ->
        d_step {
            n = latest;
            s = latest_slot
        };
        if
        :: removed -> goto die
        :: !removed && n > seen[CHECKER] ->
            if
            :: number[s] == n -> /* tri_entry_read() */
               a = upper[s];
               b = lower[s];
               if
#ifdef WRONG_CHECKED_BEFORE_ONLY
               :: true ->
#else
               :: number[s] != n -> skip /* tri_reader_is_intact() is false: counted, next frame */
               :: number[s] == n ->
#endif
                  assert(a == b && NUMBER(a) == n); /* a torn frame is never accepted */
                  seen[CHECKER] = n
               fi
            :: number[s] != n -> skip
            fi
        :: else -> want = n + 1
        fi;
        d_step { n = 0; s = 0; a = 0; b = 0 };
        if
        :: want > 0 ->
           wait_frame(CHECKER, want);
end_asleep:
           if
           :: !asleep[CHECKER]
           OR_DIE
           fi
        :: else
        fi
    od;

die: skip;
    d_step { asleep[CHECKER] = false; wanted[CHECKER] = 0; n = 0; s = 0; a = 0; b = 0; want = 0 }
}

init {
    byte i;
    atomic {
        run writer(0);
        run writer(1);
#ifndef NO_HOLDER
        run holder();
#endif
#ifndef NO_CHECKER
        run checker();
#endif
        skip
    };
    /* When all are dead or closed, the state is the initial one: no lock is lost. */
    end_all: (_nr_pr == 1) ->
    d_step {
        do
        :: i < 2 * SLOTS_MAX -> assert(lock[i] == WHOLE || removed); i++
        :: i == 2 * SLOTS_MAX -> break
        od;
        i = 0;
        do
        :: i < GATES -> assert(gate[i] == 0 || removed); i++
        :: i == GATES -> break
        od;
        assert(!has_writer && (no_writer || removed))
    }
}
