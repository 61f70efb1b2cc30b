package io.vmha.libvirt;

import com.google.common.collect.ImmutableSet;
import io.vmha.adapter.AdapterException;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out from the hypervisors whether two hosts see the same files under the same paths: what one writes, the other must
 * see. What was found true is kept for a while. Thread-safe.
 *
 * <p>libvirt judges by a filesystem's kind whether it is shared, and takes one that it does not know for a local one. So its
 * check cannot decide, but nothing would be checked without it: a machine that is migrated to a host which sees other files
 * there loses its disks.
 */
final class SharedStorage {
    private static final Logger LOG = LoggerFactory.getLogger(SharedStorage.class);
    private static final Duration KEPT = Duration.ofMinutes(10);

    private final Map<Pair, Long> proven = new ConcurrentHashMap<>();

    private record Pair(HostId source, HostId target, String folder) {}

    /** The folders of a domain's writable disks that are files; what else is shared is libvirt's to judge. */
    static ImmutableSet<String> folders(String definition) {
        return CloneXml.writableDisks(SecureXml.parse(definition).getDocumentElement()).stream()
                .flatMap(disk -> SecureXml.child(disk, "source").stream())
                .flatMap(source -> SecureXml.attribute(source, "file").stream())
                .map(StorageFolders::folder)
                .collect(ImmutableSet.toImmutableSet());
    }

    /** Whether all those folders are known to be shared by the two hosts. */
    boolean isProven(HostId source, HostId target, ImmutableSet<String> folders) {
        long now = System.nanoTime();
        return folders.stream().allMatch(folder -> {
            Long until = proven.get(new Pair(source, target, folder));
            return until != null && until - now > 0;
        });
    }

    /**
     * Has the source write a file into each folder and the target look for it.
     *
     * @return the first folder in which the target does not see what the source wrote; empty if it sees all
     * @throws AdapterException if one of them cannot be asked
     */
    Optional<String> firstNotShared(
            ManagedHost source, ManagedHost target, ImmutableSet<String> folders, Deadline deadline) {
        for (String folder : folders) {
            if (!isShared(source, target, folder, deadline)) {
                return Optional.of(folder);
            }
            proven.put(
                    new Pair(source.settings().id(), target.settings().id(), folder),
                    System.nanoTime() + KEPT.toNanos());
        }
        return Optional.empty();
    }

    private static boolean isShared(ManagedHost source, ManagedHost target, String folder, Deadline deadline) {
        String mark = ".vmha-shared-" + UUID.randomUUID();
        boolean unused = source.link().change("write a mark into " + folder, deadline, connection -> {
            new StorageFolders(connection).createEmpty(folder, mark);
            return true;
        });
        try {
            return target.link()
                    .read(
                            "look for a mark in " + folder,
                            deadline,
                            connection -> new StorageFolders(connection).has(folder, mark));
        } finally {
            deleteMark(source, folder, mark, deadline);
        }
    }

    private static void deleteMark(ManagedHost source, String folder, String mark, Deadline deadline) {
        try {
            boolean unused = source.link().change("delete a mark from " + folder, deadline, connection -> {
                new StorageFolders(connection).delete(folder, mark);
                return true;
            });
        } catch (AdapterException e) {
            LOG.warn("an empty file {} is left in {}: {}", mark, folder, e.getMessage());
        }
    }
}
