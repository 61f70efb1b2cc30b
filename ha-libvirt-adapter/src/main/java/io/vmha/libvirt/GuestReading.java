package io.vmha.libvirt;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a guest told of its filesystems, and what that means beside what it told before. Immutable.
 *
 * <p>What could not be read is unknown: it is no fault, and ends no continuity. A filesystem is told from another one at the
 * same place by {@link GuestFilesystem#key}.
 *
 * @param filesystems those on storage that could be written to; absent where the guest does not tell
 * @param usages how full they are
 * @param errors how many errors each filesystem that counts them has counted since it was made, by its key; one whose count
 *     could not be read is not in it
 * @param errorsSinceBoot the keys of filesystems that had an error after the guest was started; told only at the first
 *     reading of a guest
 * @param cost what the reading cost the guest
 */
record GuestReading(
        Optional<List<GuestFilesystem>> filesystems,
        List<Usage> usages,
        Map<String, Long> errors,
        Set<String> errorsSinceBoot,
        Cost cost) {

    /**
     * How full a filesystem is.
     *
     * @param mountPoint where it is mounted
     * @param device the kernel's name of its device
     * @param type its type
     * @param fraction 0 to 1
     */
    record Usage(String mountPoint, String device, String type, double fraction) {}

    /**
     * What a reading cost a guest.
     *
     * @param calls the questions that its agent answered
     * @param processes the processes that were started in it
     */
    record Cost(int calls, int processes) {
        static final Cost NONE = new Cost(0, 0);
    }

    /**
     * What earlier readings of a guest told. Immutable.
     *
     * @param writable the keys of the filesystems that could be written to and have been there in every reading since
     * @param errors how many errors were counted when a filesystem was first there
     */
    record Baseline(Set<String> writable, Map<String, Long> errors) {
        static final Baseline NONE = new Baseline(Set.of(), Map.of());
    }

    /**
     * The first filesystem that an error made read-only, by one of these signs: it says so itself; it counted an error and
     * is read-only or becomes so by an error, which is needed because kernels from 6.12 on, and older ones that took it over,
     * refuse writes after an error but still say {@code rw}; or it was writable before, keeps no count of errors, and is of
     * a kind that turns read-only by itself.
     */
    Optional<String> flippedReadOnly(Baseline before) {
        return first(each -> each.stopped()
                || (hasErred(each, before) && (each.readOnly() || each.remountsOnError()))
                || (each.readOnly() && each.flipIsASign() && before.writable.contains(each.key())));
    }

    /** The first filesystem that has had an error and can be written to all the same. */
    Optional<String> erred(Baseline before) {
        return first(each -> !each.stopped() && !each.readOnly() && !each.remountsOnError() && hasErred(each, before));
    }

    private Optional<String> first(java.util.function.Predicate<GuestFilesystem> isSo) {
        return filesystems.orElse(List.of()).stream()
                .filter(isSo)
                .map(each -> each.mountPoints().get(0))
                .findFirst();
    }

    private boolean hasErred(GuestFilesystem filesystem, Baseline before) {
        String key = filesystem.key();
        Long now = errors.get(key);
        return errorsSinceBoot.contains(key) || (now != null && now > before.errors.getOrDefault(key, now));
    }

    /** What later readings compare with. */
    Baseline baseline(Baseline before) {
        if (filesystems.isEmpty()) {
            return before;
        }
        ImmutableSet.Builder<String> writable = ImmutableSet.builder();
        ImmutableMap.Builder<String, Long> counted = ImmutableMap.builder();
        for (GuestFilesystem each : filesystems.get()) {
            String key = each.key();
            if (!each.readOnly() || before.writable.contains(key)) {
                writable.add(key);
            }
            // An error from between the start and the first reading is told apart once only: what counts from then on
            // is
            // that it came, so the count before it is what is remembered.
            Long now = errors.get(key);
            Long first = before.errors.get(key);
            if (first != null) {
                counted.put(key, first);
            } else if (now != null) {
                counted.put(key, errorsSinceBoot.contains(key) ? now - 1 : now);
            }
        }
        return new Baseline(writable.build(), counted.build());
    }

    /** The first filesystem that is at least that full, of those that could become so. */
    Optional<String> full(double fraction) {
        return usages.stream()
                .filter(each -> each.fraction() >= fraction)
                .filter(each -> !GuestFilesystem.isReadOnlyByNature(each.type()) && !isReadOnly(each.mountPoint()))
                .map(Usage::mountPoint)
                .findFirst();
    }

    private boolean isReadOnly(String mountPoint) {
        return filesystems.orElse(List.of()).stream()
                .anyMatch(each -> each.readOnly() && each.mountPoints().contains(mountPoint));
    }
}
