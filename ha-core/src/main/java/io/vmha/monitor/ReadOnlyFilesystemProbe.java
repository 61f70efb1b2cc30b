package io.vmha.monitor;

import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sees that a filesystem has become read-only: by the flags of the mount and of the filesystem, and by ext4's error count, after
 * whose rise a write tells whether the filesystem still takes one.
 *
 * <p>Of all disk mounts, one that was read-only when it was first seen is meant to be, unless ext4 says that it stopped after an
 * error; a chosen one is never meant to be. Confined to one thread at a time.
 */
public final class ReadOnlyFilesystemProbe implements Probe {
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Path EXT4 = Path.of("/sys/fs/ext4");

    private final ImmutableSet<String> chosen;
    private final ImmutableSet<String> meantReadOnly;
    private final Path mountInfo;
    private final Path ext4;
    private final Map<Integer, Boolean> firstSeenReadOnly = new HashMap<>();
    private final Map<String, Long> errorsWrittenAfter = new HashMap<>();

    ReadOnlyFilesystemProbe(Collection<String> chosen, Collection<String> meantReadOnly, Path mountInfo, Path ext4) {
        this.chosen = ImmutableSet.copyOf(chosen);
        this.meantReadOnly = ImmutableSet.copyOf(meantReadOnly);
        this.mountInfo = mountInfo;
        this.ext4 = ext4;
    }

    /**
     * Watches every filesystem that is mounted from a block device, those mounted later included.
     *
     * @param meantReadOnly mount points that may be or become read-only
     */
    public static ReadOnlyFilesystemProbe allDisks(Collection<String> meantReadOnly) {
        return new ReadOnlyFilesystemProbe(ImmutableSet.of(), meantReadOnly, MOUNTS, EXT4);
    }

    /**
     * Watches the given mount points, each of which must be mounted and writable.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ReadOnlyFilesystemProbe of(Collection<String> mountPoints) {
        if (mountPoints.isEmpty()) {
            throw new IllegalArgumentException("mountPoints must not be empty");
        }
        return new ReadOnlyFilesystemProbe(mountPoints, ImmutableSet.of(), MOUNTS, EXT4);
    }

    /**
     * Reads the flags of all watched mounts.
     *
     * @throws IOException if they cannot be read
     */
    @Override
    public ProbeResult check() throws IOException {
        Map<String, Mount> byPoint = new LinkedHashMap<>();
        Mount.read(mountInfo).forEach(mount -> byPoint.put(mount.point(), mount));
        for (String point : chosen) {
            if (!byPoint.containsKey(point)) {
                return ProbeResult.failed(FaultKind.IO_ERROR, point + " is not mounted");
            }
        }
        List<Mount> watched = byPoint.values().stream().filter(this::isWatched).toList();
        firstSeenReadOnly.keySet().retainAll(watched.stream().map(Mount::id).toList());
        List<String> warnings = new ArrayList<>();
        for (Mount mount : watched) {
            Optional<String> fault = faultOf(mount, warnings);
            if (fault.isPresent()) {
                return ProbeResult.failed(FaultKind.FILESYSTEM_READ_ONLY, mount.point() + " " + fault.get());
            }
        }
        return warnings.isEmpty()
                ? ProbeResult.healthy(watched.size() + " filesystems writable")
                : ProbeResult.warning(String.join("; ", warnings));
    }

    private boolean isWatched(Mount mount) {
        return chosen.isEmpty()
                ? mount.isRealDisk() && !meantReadOnly.contains(mount.point())
                : chosen.contains(mount.point());
    }

    private Optional<String> faultOf(Mount mount, List<String> warnings) throws IOException {
        long errors = mount.type().equals("ext4") ? errorCount(mount) : 0;
        boolean atFirst = firstSeenReadOnly.computeIfAbsent(mount.id(), id -> mount.isReadOnly());
        if (mount.isStopped()) {
            return Optional.of("stopped after an error: " + String.join(",", mount.superOptions()));
        }
        if (mount.isReadOnly() && (!atFirst || errors > 0 || chosen.contains(mount.point()))) {
            return Optional.of(mount.isFilesystemReadOnly() ? "is read-only" : "is mounted read-only");
        }
        return errors > 0 && !mount.isReadOnly() ? faultAfterErrors(mount, errors, warnings) : Optional.empty();
    }

    /** Some kernels still say {@code rw} after an error that has made the filesystem read-only: only a write tells. */
    private Optional<String> faultAfterErrors(Mount mount, long errors, List<String> warnings) throws IOException {
        if (errorsWrittenAfter.getOrDefault(mount.source(), 0L) < errors) {
            Optional<ProbeResult.Failed> refused = WriteProbe.tryWrite(Path.of(mount.point()));
            if (refused.isPresent()) {
                return Optional.of("takes no write after " + errors + " ext4 errors: "
                        + refused.get().detail());
            }
            errorsWrittenAfter.put(mount.source(), errors);
        }
        warnings.add(mount.point() + " has " + errors + " ext4 errors");
        return Optional.empty();
    }

    private long errorCount(Mount mount) throws IOException {
        Path count = ext4.resolve(deviceName(mount.source())).resolve("errors_count");
        return Files.isReadable(count)
                ? Long.parseLong(
                        Files.readString(count, StandardCharsets.US_ASCII).trim())
                : 0;
    }

    /** The kernel's name: {@code /dev/mapper/data} and {@code /dev/disk/by-label/data} are links to it. */
    private static String deviceName(String source) throws IOException {
        Path device = Path.of(source);
        Path real = Files.isSymbolicLink(device) ? device.toRealPath() : device;
        return String.valueOf(real.getFileName());
    }
}
