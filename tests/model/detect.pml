/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Detect on one partition: a fixed log of frames, two machines, checkpoints, crashes, moves from
 * one machine to the other, and the old owner as a zombie.
 *
 * The log is one of four that ingest.pml can leave behind. Of four observations 0 and 2 belong to
 * entity 0, 1 and 3 to entity 1. An entity's state counts how often each was applied; what it
 * should be at every place of the log is computed first (`reference`). A machine hosts one
 * instance at most.
 *
 * A checkpoint goes to the changelog, then to the machine's own store. An epoch is an owner's
 * tenure; a checkpoint under an old one is refused, and whoever wrote it goes down.
 *
 * Options   MOVES, CRASHES  how many
 *           BY_WRITER   frames accepted by each writer's own sequence instead of (epoch, next)
 *           REACH       asks for a run with all moves and crashes to a saved end of the log
 * Mutants   TORN_CHECKPOINT   entities and marker are three writes, not fenced
 *           UNFENCED          the changelog accepts an old epoch's checkpoint
 *           READ_FIRST        the changelog is read before the epoch is taken
 *           OLD_STORE         a restart takes its local store as it is
 *           OLD_STORE_MOVE    so does a new owner that has one from before
 *           NO_MARK           the watermark is not in the checkpoint
 *           NO_WRITER         the writer's (epoch, next) is not in the checkpoint
 *           EARLY_CHECKPOINT  saved before its alerts are acknowledged
 */
#ifndef MOVES
#define MOVES 2
#endif
#ifndef CRASHES
#define CRASHES 2
#endif
#define LENGTH 5
#define NONE   255

byte log_id;
byte reference[LENGTH + 1]; /* mask of what is applied before each place of the log */
hidden byte f_writer, f_number, f_obs, f_at;
hidden byte o, k, sum;
hidden byte ok;

#define FRAME(writer, number, obs) f_writer = writer; f_number = number; f_obs = obs

inline frame_at(position)
{
    f_at = position;
    if
    :: log_id == 0 -> /* a successor with other batches, the zombie's frame comes late */
        if
        :: f_at == 0 -> FRAME(0, 0, 3)
        :: f_at == 1 -> FRAME(1, 0, 1)
        :: f_at == 2 -> FRAME(1, 1, 6)
        :: f_at == 3 -> FRAME(0, 1, 12)
        :: f_at == 4 -> FRAME(1, 2, 8)
        fi
    :: log_id == 1 -> /* writer 0 lost its frame 1, a successor repairs */
        if
        :: f_at == 0 -> FRAME(0, 0, 1)
        :: f_at == 1 -> FRAME(0, 2, 8)
        :: f_at == 2 -> FRAME(1, 0, 2)
        :: f_at == 3 -> FRAME(0, 3, 8)
        :: f_at == 4 -> FRAME(1, 1, 12)
        fi
    :: log_id == 2 -> /* one writer, one observation a frame; a zombie repeats in between */
        if
        :: f_at == 0 -> FRAME(1, 0, 1)
        :: f_at == 1 -> FRAME(1, 1, 2)
        :: f_at == 2 -> FRAME(1, 2, 4)
        :: f_at == 3 -> FRAME(0, 0, 3)
        :: f_at == 4 -> FRAME(1, 3, 8)
        fi
    :: log_id == 3 -> /* a zombie far ahead, its successor repeats all */
        if
        :: f_at == 0 -> FRAME(0, 0, 3)
        :: f_at == 1 -> FRAME(0, 1, 12)
        :: f_at == 2 -> FRAME(1, 0, 3)
        :: f_at == 3 -> FRAME(1, 1, 4)
        :: f_at == 4 -> FRAME(1, 2, 8)
        fi
    fi
}

/* What an instance holds in memory, a store on disk and the changelog in its topic. */
typedef Content {
    byte place; /* of the next frame */
    byte mark;  /* watermark, plus one */
#ifdef BY_WRITER
    byte expected[2];
    bit broken[2];
#else
    byte known; /* the writer's epoch, plus one */
    byte following;
#endif
    byte count[2] /* by entity; 4 bits an observation */
}
Content mem[2], store[2], changelog;
bit has_changelog, has_store[2];

bit up[2];
bit dirty0[2], dirty1[2]; /* entity changed since the last checkpoint */
bit saved[2];             /* nothing changed since the last checkpoint */
bit unstored[2];          /* in the changelog, not yet in the store */
byte tenure[2];           /* the epoch an instance writes under */
byte torn[2];             /* how far a checkpoint in three writes is */
byte pending[2];          /* alerts made, not acknowledged: a mask of observations */
byte alerted;             /* alerts acknowledged */
byte owner = 0, epoch = 1;
byte moves, crashes;

#ifdef BY_WRITER
#define COPY_WRITER(to, from)                                                                     \
    to.expected[0] = from.expected[0];                                                            \
    to.expected[1] = from.expected[1];                                                            \
    to.broken[0] = from.broken[0];                                                                \
    to.broken[1] = from.broken[1]
#define CLEAR_WRITER(to)                                                                          \
    to.expected[0] = 0; to.expected[1] = 0; to.broken[0] = 0; to.broken[1] = 0
#else
#define COPY_WRITER(to, from) to.known = from.known; to.following = from.following
#define CLEAR_WRITER(to)      to.known = 0; to.following = 0
#endif
#define COPY_MARKER(to, from) to.place = from.place; to.mark = from.mark; COPY_WRITER(to, from)
#define COPY(to, from)                                                                            \
    COPY_MARKER(to, from); to.count[0] = from.count[0]; to.count[1] = from.count[1]
#define CLEAR(to) to.place = 0; to.mark = 0; CLEAR_WRITER(to); to.count[0] = 0; to.count[1] = 0

/* Entity e has observations e and e + 2. */
#define COUNT(st, o)   (((st.count[o % 2]) >> (o / 2 * 4)) & 3)
#define SPREAD(obs, e) (((obs >> e) & 1) + (((obs >> (2 + e)) & 1) << 4))
#define GOOD(st)                                                                                  \
    (st.count[0] == SPREAD(reference[st.place], 0) && st.count[1] == SPREAD(reference[st.place], 1))
#define BIT_IF_APPLIED(st, o) (COUNT(st, o) > 0 -> 1 << o : 0)
#define APPLIED(st)                                                                               \
    (BIT_IF_APPLIED(st, 0) | BIT_IF_APPLIED(st, 1) | BIT_IF_APPLIED(st, 2) | BIT_IF_APPLIED(st, 3))

inline accept(st)
{
    ok = 0;
#ifdef BY_WRITER
    if
    :: st.broken[f_writer] || f_number != st.expected[f_writer] -> st.broken[f_writer] = 1
    :: else -> st.expected[f_writer]++; ok = 1
    fi
#else
    if
    :: f_writer + 1 > st.known && f_number == 0 ->
        st.known = f_writer + 1;
        st.following = 1;
        ok = 1
    :: f_writer + 1 == st.known && f_number == st.following -> st.following++; ok = 1
    :: else
    fi
#endif
}

#ifdef NO_MARK
#define FORGET_MARK(i) mem[i].mark = 0;
#else
#define FORGET_MARK(i)
#endif
#ifdef NO_WRITER
#define FORGET_WRITER(i) CLEAR_WRITER(mem[i]);
#else
#define FORGET_WRITER(i)
#endif
#define IDLE(i)                                                                                   \
    dirty0[i] = 0; dirty1[i] = 0; saved[i] = 0; unstored[i] = 0; torn[i] = 0; pending[i] = 0
#define DOWN(i) up[i] = 0; CLEAR(mem[i]); IDLE(i)

inline load_changelog(i)
{
    if
    :: has_changelog -> COPY(mem[i], changelog)
    :: else -> CLEAR(mem[i])
    fi
}

inline load_store(i)
{
    if
    :: has_store[i] -> COPY(mem[i], store[i])
    :: else -> load_changelog(i)
    fi
}

inline apply(i)
{
    if
    :: COUNT(mem[i], o) < 2 ->
        mem[i].count[o % 2] = mem[i].count[o % 2] + (1 << (o / 2 * 4))
    :: else
    fi;
    mem[i].mark = o + 1;
    pending[i] = pending[i] | (1 << o);
    if
    :: o % 2 == 0 -> dirty0[i] = 1
    :: else -> dirty1[i] = 1
    fi
}

inline step(i)
{
    frame_at(mem[i].place);
    mem[i].place++;
    saved[i] = 0;
    unstored[i] = 0;
    accept(mem[i]);
    if
    :: ok ->
        o = 0;
        do
        :: o < 4 ->
            if
            :: (f_obs & (1 << o)) && o + 1 > mem[i].mark -> apply(i)
            :: else
            fi;
            o++
        :: else -> break
        od
    :: else
    fi;
    /* the state that survives is the owner's */
    assert(owner != i || GOOD(mem[i]))
}
#define STEP(i)                                                                                   \
    :: d_step { up[i] && torn[i] == 0 && mem[i].place < LENGTH -> step(i) }

#define ACKNOWLEDGE(i)                                                                            \
    :: d_step { up[i] && pending[i] -> alerted = alerted | pending[i]; pending[i] = 0 }

#ifdef EARLY_CHECKPOINT
#define ALERTS_OUT(i) true
#else
#define ALERTS_OUT(i) (pending[i] == 0)
#endif

/* A checkpoint holds what changed. */
inline write_entity0(i)
{
    if
    :: dirty0[i] -> changelog.count[0] = mem[i].count[0]
    :: else
    fi
}

inline write_entity1(i)
{
    if
    :: dirty1[i] -> changelog.count[1] = mem[i].count[1]
    :: else
    fi
}

inline write_marker(i)
{
    COPY_MARKER(changelog, mem[i]);
    has_changelog = 1;
    saved[i] = 1;
    unstored[i] = 1;
    dirty0[i] = 0;
    dirty1[i] = 0
}

#define WANTS_CHECKPOINT(i) (up[i] && !saved[i] && mem[i].place > 0 && ALERTS_OUT(i))
#ifdef UNFENCED
#define MAY_WRITE(i) true
#else
#define MAY_WRITE(i) (tenure[i] == epoch)
#endif
#ifdef TORN_CHECKPOINT
#define CHECKPOINT(i)                                                                             \
    :: d_step { torn[i] == 0 && WANTS_CHECKPOINT(i) -> write_entity0(i); torn[i] = 1 }            \
    :: d_step { up[i] && torn[i] == 1 -> write_entity1(i); torn[i] = 2 }                          \
    :: d_step { up[i] && torn[i] == 2 -> write_marker(i); torn[i] = 0 }
#else
#define CHECKPOINT(i)                                                                             \
    :: d_step {                                                                                   \
        WANTS_CHECKPOINT(i) ->                                                                    \
        if                                                                                        \
        :: MAY_WRITE(i) -> write_entity0(i); write_entity1(i); write_marker(i)                    \
        :: else -> DOWN(i); tenure[i] = 0                                                         \
        fi                                                                                        \
    }
#endif

#define STORE(i)                                                                                  \
    :: d_step { up[i] && unstored[i] -> COPY(store[i], mem[i]); has_store[i] = 1; unstored[i] = 0 }

#define CRASH(i)                                                                                  \
    :: d_step { up[i] && owner == i && crashes < CRASHES -> crashes++; DOWN(i) }

/* A zombie may be killed at any time. */
#define ZOMBIE_ENDS(i) :: d_step { up[i] && owner != i -> DOWN(i) }

/* A local store rolled forward to the end of the changelog equals the changelog. */
#ifdef OLD_STORE
#define LOAD_AGAIN(i) load_store(i)
#else
#define LOAD_AGAIN(i) load_changelog(i)
#endif
#ifdef OLD_STORE_MOVE
#define LOAD_MOVED(i) load_store(i)
#else
#define LOAD_MOVED(i) has_store[i] = 0; CLEAR(store[i]); load_changelog(i)
#endif
#define TAKE_EPOCH(i) epoch++; tenure[i] = epoch
#define BEGIN(i)                                                                                  \
    IDLE(i); up[i] = 1; FORGET_MARK(i) FORGET_WRITER(i) assert(GOOD(mem[i]))
#ifdef READ_FIRST
#define RESTART(i)                                                                                \
    :: d_step { !up[i] && owner == i -> LOAD_AGAIN(i); tenure[i] = 0; BEGIN(i) }                  \
    :: d_step { up[i] && owner == i && tenure[i] == 0 -> TAKE_EPOCH(i) }
#define MOVE(i, j)                                                                                \
    :: d_step {                                                                                   \
        owner == i && moves < MOVES && !up[j] ->                                                  \
        moves++; owner = j; LOAD_MOVED(j); tenure[j] = 0; BEGIN(j)                                \
    }
#else
#define RESTART(i)                                                                                \
    :: d_step { !up[i] && owner == i -> TAKE_EPOCH(i); LOAD_AGAIN(i); BEGIN(i) }
#define MOVE(i, j)                                                                                \
    :: d_step {                                                                                   \
        owner == i && moves < MOVES && !up[j] ->                                                  \
        moves++; owner = j; TAKE_EPOCH(j); LOAD_MOVED(j); BEGIN(j)                                \
    }
#endif

#define INSTANCE(i, j)                                                                            \
    STEP(i) ACKNOWLEDGE(i) CHECKPOINT(i) STORE(i) CRASH(i) RESTART(i) MOVE(i, j) ZOMBIE_ENDS(i)

/* The fold of the whole log, without crashes; mem[0] serves as scratch. */
inline compute_reference()
{
    sum = 0;
    reference[0] = 0;
    k = 0;
    do
    :: k < LENGTH ->
        frame_at(k);
        accept(mem[0]);
        if
        :: ok ->
            o = 0;
            do
            :: o < 4 ->
                if
                :: (f_obs & (1 << o)) && o + 1 > mem[0].mark ->
                    mem[0].mark = o + 1;
                    sum = sum | (1 << o)
                :: else
                fi;
                o++
            :: else -> break
            od
        :: else
        fi;
        k++;
        reference[k] = sum
    :: else -> break
    od;
    assert(reference[LENGTH] == 15);
    CLEAR(mem[0])
}

init {
    if
    :: log_id = 0
    :: log_id = 1
    :: log_id = 2
    :: log_id = 3
    fi;
    d_step { compute_reference(); up[0] = 1; tenure[0] = 1 }
end:
    do
    INSTANCE(0, 1)
    INSTANCE(1, 0)
    /* whatever a checkpoint contains was alerted */
    :: has_changelog && (APPLIED(changelog) & ~alerted) -> assert(false)
    :: has_store[0] && (APPLIED(store[0]) & ~alerted) -> assert(false)
    :: has_store[1] && (APPLIED(store[1]) & ~alerted) -> assert(false)
    /* at the end of the log everything is applied, once */
    :: up[owner] && mem[owner].place == LENGTH && !GOOD(mem[owner]) -> assert(false)
#ifdef REACH
    :: moves == MOVES && crashes == CRASHES && mem[owner].place == LENGTH && saved[owner] ->
        assert(false)
#endif
    od
}
