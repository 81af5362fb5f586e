/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two source partitions (records 0,1 and 2,3), one target, partial take-over: a new writer takes
 * either partition or both, the one before keeps what was not taken, and as a zombie goes on with
 * what was. Same reductions as ingest.pml.
 *
 * The design keeps everything by source partition: frames, epochs and numbers, watermarks.
 *
 * Options   S           writers
 *           REACH       asks for a run to the good end
 * Mutants   ONE_SEQUENCE   a writer's frames hold both partitions under one sequence of numbers,
 *                          while each partition's offset is committed alone
 *           ONE_WATERMARK  the target keeps one watermark for both partitions
 */
#ifndef S
#define S 2
#endif
#define NONE     255
#define RECORDS(p) (3 << (2 * (p))) /* of source partition p */
#define AT(s, p) (2 * (s) + (p))

chan flight[S * 2] = [4] of { byte }; /* by AT(writer, lane) */
byte committed[2];
byte started;
byte owner[2] = NONE;                 /* the writer whose commits partition p accepts */
byte assigned[S];                     /* bit p: the writer was given partition p */
byte reads[S * 2];
byte unacked[S];                      /* mask of records */
byte sent[S * 2];
byte watermark[2];
byte applied;                         /* mask of records */

/* A lane is what numbers count in: a source partition, or with the mutant everything. */
#ifdef ONE_SEQUENCE
byte known = NONE, following;
#define KNOWN(lane)     known
#define FOLLOWING(lane) following
#else
byte known[2] = NONE, following[2];
#define KNOWN(lane)     known[lane]
#define FOLLOWING(lane) following[lane]
#endif
#ifdef ONE_WATERMARK
#define MARK(p) watermark[0]
#else
#define MARK(p) watermark[p]
#endif
hidden byte obs, number, o, p_of, prefix, missing, ok;

inline accept(s, lane)
{
    ok = 0;
    if
    :: KNOWN(lane) == NONE || s > KNOWN(lane) ->
        if
        :: number == 0 -> KNOWN(lane) = s; FOLLOWING(lane) = 1; ok = 1
        :: else
        fi
    :: else ->
        if
        :: s == KNOWN(lane) && number == FOLLOWING(lane) -> FOLLOWING(lane)++; ok = 1
        :: else
        fi
    fi
}

inline fold(s, lane)
{
    accept(s, lane);
    if
    :: ok ->
        o = 0;
        do
        :: o < 4 ->
            p_of = o / 2;
            if
            :: (obs & (1 << o)) && (o % 2) + 1 > MARK(p_of) ->
                assert(!(applied & (1 << o)));                /* at most once */
                assert(((applied & RECORDS(p_of)) >> o) == 0); /* in order */
                applied = applied | (1 << o);
                MARK(p_of) = (o % 2) + 1
            :: else
            fi;
            o++
        :: else -> break
        od
    :: else
    fi
}

#define GIVE(given, p)                                                                            \
    if                                                                                            \
    :: given & (1 << p) -> owner[p] = started; reads[AT(started, p)] = committed[p]               \
    :: else                                                                                       \
    fi

#define START(given)                                                                              \
    :: d_step {                                                                                   \
        started < S ->                                                                            \
        assigned[started] = given;                                                                \
        GIVE(given, 0);                                                                           \
        GIVE(given, 1);                                                                           \
        started++                                                                                 \
    }

#ifdef ONE_SEQUENCE
#define PUT(s) flight[AT(s, 0)]!obs
#else
#define PUT_LANE(s, p)                                                                            \
    missing = obs & RECORDS(p);                                                                   \
    if                                                                                            \
    :: missing -> flight[AT(s, p)]!missing                                                        \
    :: else                                                                                       \
    fi
#define PUT(s) PUT_LANE(s, 0); PUT_LANE(s, 1)
#endif

#define CAN_READ(s, p, count)                                                                     \
    (count == 0 || ((assigned[s] & (1 << p)) && reads[AT(s, p)] + count <= 2))
#define NEXT(s, p, count) ((((1 << count) - 1) << reads[AT(s, p)]) << (2 * p))

/* A batch of so many records of each partition. */
#define SEND(s, count0, count1)                                                                   \
    :: d_step {                                                                                   \
        started > s && CAN_READ(s, 0, count0) && CAN_READ(s, 1, count1) ->                        \
        obs = NEXT(s, 0, count0) | NEXT(s, 1, count1);                                            \
        reads[AT(s, 0)] = reads[AT(s, 0)] + count0;                                               \
        reads[AT(s, 1)] = reads[AT(s, 1)] + count1;                                               \
        unacked[s] = unacked[s] | obs;                                                            \
        PUT(s)                                                                                    \
    }

#define ARRIVE(s, lane)                                                                           \
    :: d_step {                                                                                   \
        len(flight[AT(s, lane)]) > 0 ->                                                           \
        flight[AT(s, lane)]?obs;                                                                  \
        number = sent[AT(s, lane)];                                                               \
        sent[AT(s, lane)]++;                                                                      \
        unacked[s] = unacked[s] & ~obs;                                                           \
        fold(s, lane)                                                                             \
    }

#define LOSE(s, lane)                                                                             \
    :: d_step { len(flight[AT(s, lane)]) > 0 -> flight[AT(s, lane)]?obs; sent[AT(s, lane)]++ }

/* Commits up to the partition's lowest record that is not acknowledged; all of it is applied. */
#define COMMIT(s, p)                                                                              \
    :: d_step {                                                                                   \
        started > s && owner[p] == s && committed[p] < reads[AT(s, p)] ->                         \
        prefix = 0;                                                                               \
        missing = unacked[s] >> (2 * p);                                                          \
        do                                                                                        \
        :: prefix < reads[AT(s, p)] && !(missing & (1 << prefix)) -> prefix++                     \
        :: else -> break                                                                          \
        od;                                                                                       \
        if                                                                                        \
        :: prefix > committed[p] ->                                                               \
            missing = ((1 << prefix) - 1) << (2 * p);                                             \
            assert((applied & missing) == missing);                                               \
            committed[p] = prefix                                                                 \
        :: else                                                                                   \
        fi                                                                                        \
    }

#ifdef ONE_SEQUENCE
#define LANES(s) ARRIVE(s, 0) LOSE(s, 0)
#else
#define LANES(s) ARRIVE(s, 0) LOSE(s, 0) ARRIVE(s, 1) LOSE(s, 1)
#endif
#define WRITER(s)                                                                                 \
    SEND(s, 1, 0) SEND(s, 2, 0) SEND(s, 0, 1) SEND(s, 0, 2) SEND(s, 1, 1)                         \
    COMMIT(s, 0) COMMIT(s, 1) LANES(s)

active proctype main()
{
end:
    do
    START(3)
    START(1)
    START(2)
    WRITER(0)
    WRITER(1)
#if S > 2
    WRITER(2)
#endif
#ifdef REACH
    :: started == S && committed[0] == 2 && committed[1] == 2 && owner[0] != owner[1] ->
        assert(false)
#endif
    od
}
