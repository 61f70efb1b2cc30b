package io.vmha.libvirt;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.Optional;

/**
 * What successive looks at a guest say of whether it hangs. Immutable and pure: a look makes the next one.
 *
 * <p>A guest hangs if its agent, which had answered, is silent, while none of its disks and network cards is used, and each
 * of its vCPUs either does next to nothing or spins: all three at once, for a time that counts only the looks at which
 * hypervisor and watcher were quick, and that is longer the longer the guest was usually silent or without I/O before. One
 * sign of life begins it anew.
 *
 * @param hasAnswered whether the agent has answered since the guest was started or the agent's channel was opened
 * @param silences how many looks in a row the agent left without an answer
 * @param quietNanos how long all signs of life have been missing together, as far as it counts
 * @param idleNanos how long there has been no I/O
 * @param usualSilenceNanos the longest silence of the agent that ended with an answer; fades slowly
 * @param usualIdleNanos the longest time without I/O in which the agent answered; fades slowly
 * @param silentNanos how long the agent has been silent
 * @param use the guest's use of disks and network cards at the last look that told it: one that does not tell it hides no I/O
 * @param last the look before
 */
record GuestLife(
        boolean hasAnswered,
        int silences,
        long quietNanos,
        long idleNanos,
        long usualSilenceNanos,
        long usualIdleNanos,
        long silentNanos,
        Optional<GuestUse> use,
        Optional<GuestLook> last) {

    static final GuestLife NEW = new GuestLife(false, 0, 0, 0, 0, 0, 0, Optional.empty(), Optional.empty());

    /** How many times what was usual a guest must be quiet. */
    private static final int TIMES_USUAL = 4;
    /** However quiet a guest usually is, this many times the least time is enough. */
    private static final int MOST_TIMES = 10;

    private static final double IDLE = 0.10;
    private static final double SPINNING = 0.90;
    /** A guest whose vCPUs wait for the host's CPUs that much of the time is slow by its host's doing. */
    private static final double STARVED = 0.25;

    private static final double FADING = 0.995;
    private static final int SUSPECT_SILENCES = 2;

    /** What a guest's CPUs did between two looks. */
    private enum Work {
        NONE,
        SPINNING,
        SOME,
        UNKNOWN
    }

    /** What is known after another look, which counts for at most so long. */
    GuestLife after(GuestLook look, Duration most) {
        if (last.isEmpty() || look.agent() == GuestLook.Agent.UNKNOWN) {
            boolean answered = hasAnswered || look.agent() == GuestLook.Agent.ANSWERED;
            return new GuestLife(
                    answered, 0, 0, 0, usualSilenceNanos, usualIdleNanos, 0, lastTold(look), Optional.of(look));
        }
        GuestLook before = last.get();
        long passed = Math.max(0, Math.min(look.atNanos() - before.atNanos(), most.toNanos()));
        boolean used = isUsed(look, passed);
        return look.agent() == GuestLook.Agent.ANSWERED
                ? answered(look, passed, used)
                : silent(look, passed, used, before);
    }

    private GuestLife answered(GuestLook look, long passed, boolean used) {
        long idle = used ? 0 : idleNanos + passed;
        return new GuestLife(
                true,
                0,
                0,
                idle,
                Math.max(silentNanos, fade(usualSilenceNanos)),
                Math.max(used ? idleNanos : idle, fade(usualIdleNanos)),
                0,
                lastTold(look),
                Optional.of(look));
    }

    private GuestLife silent(GuestLook look, long passed, boolean used, GuestLook before) {
        Work work = work(before, look);
        boolean alive = used || work == Work.SOME;
        boolean counts = look.trusted() && isIdleKnown(look) && !isStarved(before, look, passed);
        long quiet = alive ? 0 : quietNanos + (counts ? credit(work, passed) : 0);
        return new GuestLife(
                hasAnswered,
                silences + 1,
                quiet,
                used ? 0 : idleNanos + passed,
                usualSilenceNanos,
                usualIdleNanos,
                silentNanos + passed,
                lastTold(look),
                Optional.of(look));
    }

    /** Spinning is the weaker sign, since work looks the same; unknown work is no sign. */
    private static long credit(Work work, long passed) {
        return switch (work) {
            case NONE -> passed;
            case SPINNING -> passed / 2;
            case SOME, UNKNOWN -> 0;
        };
    }

    /** Whether the guest hangs. */
    boolean isHung(int leastSilences, Duration least) {
        return hasAnswered && silences >= leastSilences && quietNanos >= requiredNanos(least);
    }

    /** Whether a hang may have begun. */
    boolean isSuspect() {
        return hasAnswered && silences >= SUSPECT_SILENCES && quietNanos > 0;
    }

    /** How long all signs of life must be missing. */
    long requiredNanos(Duration least) {
        long usual = TIMES_USUAL * Math.max(usualSilenceNanos, usualIdleNanos);
        return Math.min(Math.max(least.toNanos(), usual), MOST_TIMES * least.toNanos());
    }

    /** What is known after the agent's channel was opened or closed, which is the guest's own doing: it lives. */
    GuestLife afterAgentChanged() {
        return new GuestLife(false, 0, 0, 0, usualSilenceNanos, usualIdleNanos, 0, Optional.empty(), Optional.empty());
    }

    private static long fade(long usual) {
        return (long) (usual * FADING);
    }

    private boolean isIdleKnown(GuestLook look) {
        return use.isPresent() && told(look).isPresent();
    }

    private boolean isUsed(GuestLook look, long passed) {
        return use.isPresent()
                && told(look).filter(now -> now.isMoreThan(use.get(), passed)).isPresent();
    }

    private Optional<GuestUse> lastTold(GuestLook look) {
        return told(look).or(() -> use);
    }

    private static Optional<GuestUse> told(GuestLook look) {
        return look.counters().flatMap(GuestCounters::use);
    }

    private static Work work(GuestLook before, GuestLook now) {
        ImmutableList<Long> then =
                before.counters().map(GuestCounters::vcpuNanos).orElse(ImmutableList.of());
        ImmutableList<Long> since = now.counters().map(GuestCounters::vcpuNanos).orElse(ImmutableList.of());
        double passed = now.atNanos() - before.atNanos();
        if (then.isEmpty() || then.size() != since.size() || passed <= 0) {
            return Work.UNKNOWN;
        }
        Work work = Work.NONE;
        for (int i = 0; i < then.size(); i++) {
            double share = (since.get(i) - then.get(i)) / passed;
            if (share > IDLE && share < SPINNING) {
                return Work.SOME;
            }
            work = share >= SPINNING ? Work.SPINNING : work;
        }
        return work;
    }

    private static boolean isStarved(GuestLook before, GuestLook now, long passed) {
        if (before.counters().isEmpty() || now.counters().isEmpty()) {
            return false;
        }
        long waited = now.counters().get().waitNanos().orElse(0)
                - before.counters().get().waitNanos().orElse(0);
        return waited > STARVED * passed;
    }
}
