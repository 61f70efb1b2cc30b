package io.vmha.libvirt;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a guest told of its filesystems. Immutable.
 *
 * @param filesystems those that it told the state of; empty where it does not allow that
 * @param usages how full they are
 */
record GuestReading(List<GuestFilesystem> filesystems, List<Usage> usages) {

    /**
     * How full a filesystem is.
     *
     * @param mountPoint where it is mounted
     * @param fraction 0 to 1
     */
    record Usage(String mountPoint, double fraction) {}

    /**
     * The first filesystem that flipped read-only: one that could be written to before, or that says that an error makes it
     * so.
     *
     * @param writableBefore the mount points that could be written to at an earlier reading
     */
    Optional<String> flippedReadOnly(Set<String> writableBefore) {
        return filesystems.stream()
                .filter(each ->
                        each.readOnly() && (each.remountsOnError() || writableBefore.contains(each.mountPoint())))
                .map(GuestFilesystem::mountPoint)
                .findFirst();
    }

    /** The mount points that can be written to now or could before. */
    Set<String> writableEver(Set<String> before) {
        Set<String> writable = new HashSet<>(before);
        filesystems.stream()
                .filter(each -> !each.readOnly())
                .map(GuestFilesystem::mountPoint)
                .forEach(writable::add);
        return Set.copyOf(writable);
    }

    /** The first filesystem that is at least that full. */
    Optional<String> full(double fraction) {
        return usages.stream()
                .filter(each -> each.fraction() >= fraction)
                .map(Usage::mountPoint)
                .findFirst();
    }
}
