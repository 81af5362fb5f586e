/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One source partition, S writers one after the other (any of them may live on as a zombie), two
 * target partitions, and what detect makes of the frames that reach them.
 *
 * Source records are bits 0..N-1. A record has an observation for target 0, target 1 or both.
 * A writer takes one or two records as a batch and sends each target the mask of what is its own.
 *
 * Reductions:
 * - detect folds its log deterministically and nothing flows back, so a frame is folded at the
 *   moment it is appended (detect's own crashes are in detect.pml): exact.
 * - a crashed writer is one that never moves again, so there is no step "crash"; a writer that
 *   learnt of a lost frame may even go on sending: more behaviours than the program has.
 *
 * Options   N, S      source records, writers
 *           LATE      an unacknowledged frame may be appended later
 *           DUP       an acknowledged frame may be appended a second time
 *           STRONG    also: whatever is committed has been applied
 *           REACH     asks for a run to the good end, so an error shows that there is one
 * Mutants   NO_NUMBERS  BY_WRITER  EPOCH_REUSED  NO_WATERMARK  EARLY_COMMIT  NO_FENCE  LATE_FENCE
 */
#ifndef N
#define N 3
#endif
#ifndef S
#define S 2
#endif
#define NONE    255
#define ALL     ((1 << N) - 1)
#define WANT0   (11 & ALL) /* records 0, 1, 3 concern target 0 */
#define WANT1   (13 & ALL) /* records 0, 2, 3 concern target 1 */
#define AT(s, t) (2 * (s) + (t))

chan flight[S * 2] = [N] of { byte }; /* frames on their way, in order, by AT(writer, target) */
byte committed = 0;                   /* source offset */
byte started = 0;                     /* writers so far */
byte holder = NONE;                   /* the writer whose commits the group accepts */
byte reads[S];                        /* next record of each writer */
byte unacked[S * 2];                  /* mask of what was sent and not acknowledged */
byte sent[S * 2];                     /* the number of the next frame */
byte watermark[2];                    /* highest record applied, plus one */
byte applied[2];                      /* mask */
#if defined(BY_WRITER)
byte expected[S * 2];
bit broken[S * 2];
#elif !defined(NO_NUMBERS)
byte known[2] = NONE;                 /* a target's writer: epoch ... */
byte following[2];                    /* ... and the number it accepts next */
#endif
#if defined(LATE) || defined(DUP)
byte limbo_mask[S * 2];               /* one frame that may turn up later */
byte limbo_number[S * 2];
#define LIMBO_EMPTY                                                                               \
    (limbo_mask[0] == 0 && limbo_mask[1] == 0 && limbo_mask[2] == 0 && limbo_mask[3] == 0 &&      \
     (S < 3 || (limbo_mask[2 * S - 2] == 0 && limbo_mask[2 * S - 1] == 0)))
#else
#define LIMBO_EMPTY true
#endif
hidden byte batch, obs, number, o, prefix, missing;
hidden byte ok;

#ifdef EPOCH_REUSED
#define EPOCH(s) 0
#else
#define EPOCH(s) (s)
#endif

/* Is the frame `number` of writer s the one that target t accepts? */
inline accept(s, t)
{
    ok = 0;
#if defined(NO_NUMBERS)
    ok = 1;
#elif defined(BY_WRITER)
    if
    :: broken[AT(s, t)] || number != expected[AT(s, t)] -> broken[AT(s, t)] = 1
    :: else -> expected[AT(s, t)]++; ok = 1
    fi;
#else
    if
    :: known[t] == NONE || EPOCH(s) > known[t] ->
        if
        :: number == 0 -> known[t] = EPOCH(s); following[t] = 1; ok = 1
        :: else
        fi
    :: else ->
        if
        :: EPOCH(s) == known[t] && number == following[t] -> following[t]++; ok = 1
        :: else
        fi
    fi;
#endif
}

#ifdef NO_WATERMARK
#define NEWER(o, t) true
#else
#define NEWER(o, t) (o + 1 > watermark[t])
#endif

inline fold(s, t)
{
    accept(s, t);
    if
    :: ok ->
        o = 0;
        do
        :: o < N ->
            if
            :: (obs & (1 << o)) && NEWER(o, t) ->
                assert(!(applied[t] & (1 << o))); /* at most once */
                assert((applied[t] >> o) == 0);   /* in order */
                applied[t] = applied[t] | (1 << o);
                if
                :: o + 1 > watermark[t] -> watermark[t] = o + 1
                :: else
                fi
            :: else
            fi;
            o++
        :: else -> break
        od
    :: else
    fi
}

inline put(s, t, want)
{
    obs = batch & want;
    if
    :: obs -> flight[AT(s, t)]!obs; unacked[AT(s, t)] = unacked[AT(s, t)] | obs
    :: else
    fi
}

inline take(s, t)
{
    flight[AT(s, t)]?obs;
    number = sent[AT(s, t)];
    sent[AT(s, t)]++
}

inline acknowledge(s, t)
{
    unacked[AT(s, t)] = unacked[AT(s, t)] & ~obs
}

#ifdef LATE_FENCE
#define FENCE                                                                                     \
    :: d_step { started > 0 && holder != started - 1 -> holder = started - 1 }
#define START :: d_step { started < S -> reads[started] = committed; started++ }
#else
#define FENCE
#define START                                                                                     \
    :: d_step { started < S -> reads[started] = committed; started++; holder = started - 1 }
#endif

#define SEND(s, count)                                                                            \
    :: d_step {                                                                                   \
        started > s && reads[s] + count <= N ->                                                   \
        batch = ((1 << count) - 1) << reads[s];                                                   \
        reads[s] = reads[s] + count;                                                              \
        put(s, 0, WANT0);                                                                         \
        put(s, 1, WANT1)                                                                          \
    }

#define ARRIVE(s, t)                                                                              \
    :: d_step { len(flight[AT(s, t)]) > 0 -> take(s, t); acknowledge(s, t); fold(s, t) }

#define KEEP(s, t) limbo_mask[AT(s, t)] = obs; limbo_number[AT(s, t)] = number
#ifdef LATE
#define KEEP_LOST(s, t) ; if :: limbo_mask[AT(s, t)] == 0 -> KEEP(s, t) :: else fi
#else
#define KEEP_LOST(s, t)
#endif
#define LOSE(s, t) :: d_step { len(flight[AT(s, t)]) > 0 -> take(s, t) KEEP_LOST(s, t) }

#ifdef DUP
#define REPEAT(s, t)                                                                              \
    :: d_step {                                                                                   \
        len(flight[AT(s, t)]) > 0 && limbo_mask[AT(s, t)] == 0 ->                                 \
        take(s, t);                                                                               \
        acknowledge(s, t);                                                                        \
        fold(s, t);                                                                               \
        KEEP(s, t)                                                                                \
    }
#else
#define REPEAT(s, t)
#endif

#define FORGET(s, t) limbo_mask[AT(s, t)] = 0; limbo_number[AT(s, t)] = 0
#if defined(LATE) || defined(DUP)
#define TURN_UP(s, t)                                                                             \
    :: d_step {                                                                                   \
        limbo_mask[AT(s, t)] != 0 ->                                                              \
        obs = limbo_mask[AT(s, t)];                                                               \
        number = limbo_number[AT(s, t)];                                                          \
        FORGET(s, t);                                                                             \
        fold(s, t)                                                                                \
    }                                                                                             \
    :: d_step { limbo_mask[AT(s, t)] != 0 -> FORGET(s, t) }
#else
#define TURN_UP(s, t)
#endif

#ifdef NO_FENCE
#define MAY_COMMIT(s) true
#else
#define MAY_COMMIT(s) (holder == s)
#endif
#ifdef EARLY_COMMIT
#define UNACKED(s) 0
#else
#define UNACKED(s) (unacked[AT(s, 0)] | unacked[AT(s, 1)])
#endif
#define HAS(t, want) ((applied[t] & want & ((1 << prefix) - 1)) == (want & ((1 << prefix) - 1)))
#ifdef STRONG
#define CHECK_COMMIT assert(HAS(0, WANT0)); assert(HAS(1, WANT1));
#else
#define CHECK_COMMIT
#endif

/* Commits up to the lowest record that is not acknowledged. A zombie whose commit is not refused
 * may also set the offset back. */
#define COMMIT(s)                                                                                 \
    :: d_step {                                                                                   \
        started > s && MAY_COMMIT(s) && reads[s] > 0 && committed != reads[s] ->                  \
        prefix = 0;                                                                               \
        missing = UNACKED(s);                                                                     \
        do                                                                                        \
        :: prefix < reads[s] && !(missing & (1 << prefix)) -> prefix++                            \
        :: else -> break                                                                          \
        od;                                                                                       \
        if                                                                                        \
        :: prefix > committed || (prefix < committed && holder != s && prefix > 0) ->             \
            CHECK_COMMIT committed = prefix                                                       \
        :: else                                                                                   \
        fi                                                                                        \
    }

#define WAY(s, t) ARRIVE(s, t) LOSE(s, t) REPEAT(s, t) TURN_UP(s, t)
#define WRITER(s) SEND(s, 1) SEND(s, 2) COMMIT(s) WAY(s, 0) WAY(s, 1)

#define QUIET(s) (len(flight[AT(s, 0)]) == 0 && len(flight[AT(s, 1)]) == 0)
#if S == 2
#define ALL_QUIET (QUIET(0) && QUIET(1) && LIMBO_EMPTY)
#else
#define ALL_QUIET (QUIET(0) && QUIET(1) && QUIET(2) && LIMBO_EMPTY)
#endif
#define DONE (started > 0 && committed == N && reads[started - 1] == N && ALL_QUIET)
#define COMPLETE (applied[0] == WANT0 && applied[1] == WANT1)

active proctype main()
{
end:
    do
    START FENCE
    WRITER(0)
    WRITER(1)
#if S > 2
    WRITER(2)
#endif
    /* the last writer is done and nothing is under way: nothing may be missing */
    :: DONE && !COMPLETE -> assert(false)
#ifdef REACH
    :: DONE && COMPLETE && started == S && unacked[AT(0, 0)] && sent[AT(1, 0)] -> assert(false)
#endif
    od
}
