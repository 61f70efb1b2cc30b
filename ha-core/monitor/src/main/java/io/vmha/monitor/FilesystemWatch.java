package io.vmha.monitor;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One filesystem over many looks: whether it became read-only, and whether it or an operator did that.
 *
 * <p>A filesystem that stops after an error becomes read-only as a whole, and none of its mounts is told so. An operator who mounts
 * or remounts it read-only has a mount say so at the same time; the kernel gives the number of a mount that is gone to the next, so
 * that a new mount cannot be told from an old one. The root cannot be unmounted, and serves nobody when it is read-only.
 *
 * <p>Confined to one thread at a time.
 */
final class FilesystemWatch {
    private static final String ROOT = "/";
    private static final int MOST_POINTS = 3;

    private enum State {
        WRITABLE,
        MEANT_READ_ONLY,
        STOPPED
    }

    private Optional<State> state = Optional.empty();
    private Set<String> madeReadOnly = Set.of();
    private long errors;

    /** Takes a look at its mounts, one at least, and returns what is wrong with it, if anything is. */
    Optional<String> look(List<Mount> mounts, ErrorSigns signs) {
        Mount any = mounts.get(0);
        long before = errors;
        // What cannot be read has not changed.
        OptionalLong counted = signs.ext4Errors(any);
        errors = counted.orElse(before);
        State now = state(mounts, before);
        madeReadOnly = new HashSet<>();
        for (Mount mount : mounts) {
            if (mount.isMadeReadOnly()) {
                madeReadOnly.add(identity(mount));
            }
        }
        state = Optional.of(now);
        if (any.isStopped()) {
            return Optional.of("stopped after an error: " + String.join(",", any.superOptions()));
        }
        if (signs.isPoolSuspended(any)) {
            return Optional.of("stopped: its pool is suspended");
        }
        return now == State.STOPPED ? Optional.of("is read-only") : Optional.empty();
    }

    /** How many errors it has counted, as far as that can be read. */
    long errors() {
        return errors;
    }

    private State state(List<Mount> mounts, long errorsBefore) {
        if (!mounts.get(0).isFilesystemReadOnly()) {
            return State.WRITABLE;
        }
        if (state.isEmpty()) {
            return wasStoppedBefore(mounts) ? State.STOPPED : State.MEANT_READ_ONLY;
        }
        if (state.get() != State.WRITABLE) {
            return state.get();
        }
        boolean isRoot = isRoot(mounts);
        return isRoot || errors > errorsBefore || !isByAnOperator(mounts) ? State.STOPPED : State.MEANT_READ_ONLY;
    }

    /** Read-only at the first look: errors alone say nothing, since an old count stays until the filesystem is checked. */
    private boolean wasStoppedBefore(List<Mount> mounts) {
        return errors > 0 && (isRoot(mounts) || mounts.stream().noneMatch(Mount::isMadeReadOnly));
    }

    private boolean isByAnOperator(List<Mount> mounts) {
        // ZFS suspends its pool after an error; its property "readonly" shows at the filesystem alone.
        return mounts.get(0).type().equals("zfs")
                || mounts.stream().anyMatch(mount -> mount.isMadeReadOnly() && !madeReadOnly.contains(identity(mount)));
    }

    private static String identity(Mount mount) {
        return mount.id() + " " + mount.point();
    }

    private static boolean isRoot(List<Mount> mounts) {
        return mounts.stream().anyMatch(mount -> mount.point().equals(ROOT));
    }

    /** The filesystem's mount points, for people. */
    static String points(List<Mount> mounts) {
        return mounts.stream().map(Mount::point).distinct().limit(MOST_POINTS).collect(Collectors.joining(", "));
    }
}
