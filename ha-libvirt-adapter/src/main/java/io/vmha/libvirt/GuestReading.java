package io.vmha.libvirt;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a guest told of its filesystems. Immutable.
 *
 * @param filesystems those that it told the state of; empty where it does not allow that
 * @param usages how full they are
 * @param errors how many errors each ext4 filesystem has counted since it was made, by mount point
 * @param errorsSinceBoot the mount points of ext4 filesystems that had an error after the guest was started; told only at the
 *     first reading of a guest
 */
record GuestReading(
        List<GuestFilesystem> filesystems, List<Usage> usages, Map<String, Long> errors, Set<String> errorsSinceBoot) {

    /**
     * How full a filesystem is.
     *
     * @param mountPoint where it is mounted
     * @param device the kernel's name of its device
     * @param fraction 0 to 1
     */
    record Usage(String mountPoint, String device, double fraction) {}

    /**
     * What earlier readings of a guest told. Immutable.
     *
     * @param writable the mount points that could be written to
     * @param errors how many errors were counted at the first reading
     */
    record Baseline(Set<String> writable, Map<String, Long> errors) {
        static final Baseline NONE = new Baseline(Set.of(), Map.of());
    }

    /**
     * The first filesystem that flipped read-only: one that is mounted so and could be written to before or is to become so
     * by an error, or one that an error makes so and that has had one. The second is needed because kernels from 6.12 on,
     * and older ones that took it over, refuse writes after an error but still say {@code rw} in {@code /proc/mounts}.
     */
    Optional<String> flippedReadOnly(Baseline before) {
        return filesystems.stream()
                .filter(each -> each.readOnly()
                        ? each.remountsOnError() || before.writable.contains(each.mountPoint())
                        : each.remountsOnError() && hasErred(each, before))
                .map(GuestFilesystem::mountPoint)
                .findFirst();
    }

    /** The first filesystem that has had an error and can be written to all the same. */
    Optional<String> erred(Baseline before) {
        return filesystems.stream()
                .filter(each -> !each.readOnly() && !each.remountsOnError() && hasErred(each, before))
                .map(GuestFilesystem::mountPoint)
                .findFirst();
    }

    private boolean hasErred(GuestFilesystem filesystem, Baseline before) {
        String at = filesystem.mountPoint();
        long now = errors.getOrDefault(at, 0L);
        return errorsSinceBoot.contains(at) || now > before.errors.getOrDefault(at, now);
    }

    /** What later readings compare with. */
    Baseline baseline(Baseline before) {
        ImmutableSet<String> writable = ImmutableSet.<String>builder()
                .addAll(before.writable)
                .addAll(filesystems.stream()
                        .filter(each -> !each.readOnly())
                        .map(GuestFilesystem::mountPoint)
                        .iterator())
                .build();
        return new Baseline(
                writable,
                ImmutableMap.<String, Long>builder()
                        .putAll(errors)
                        .putAll(before.errors)
                        .buildKeepingLast());
    }

    /** The first filesystem that is at least that full. */
    Optional<String> full(double fraction) {
        return usages.stream()
                .filter(each -> each.fraction() >= fraction)
                .map(Usage::mountPoint)
                .findFirst();
    }
}
