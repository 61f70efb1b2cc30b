package io.vmha.monitor;

import static io.vmha.monitor.internal.Checks.checkArgument;

import io.vmha.monitor.report.GuestFault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Sees that a filesystem has become read-only after an error: by the flags of the filesystem as a whole, and by its own error signs.
 * After a rise of ext4's error count a write tells whether the filesystem still takes one.
 *
 * <p>A mount that alone is read-only, over a filesystem that takes writes, is no fault. Of all disks, one that was mounted or
 * remounted read-only is meant to be, except the root and one whose errors rose at that; a chosen one is never meant to be. A
 * table of mounts that cannot be read is no fault, and neither is a look that takes long.
 *
 * <p>Confined to one thread at a time.
 */
public final class ReadOnlyFilesystemProbe implements SilenceReader {
    private final Set<String> chosen;
    private final Set<String> meantReadOnly;
    private final MountTable table;
    private final ErrorSigns signs;
    private final Function<Path, Probe> writeProbe;
    private final Map<String, FilesystemWatch> filesystems = new HashMap<>();
    private final Map<String, Long> errorsWrittenAfter = new HashMap<>();
    private volatile Optional<Probe> writing = Optional.empty();

    ReadOnlyFilesystemProbe(
            Collection<String> chosen,
            Collection<String> meantReadOnly,
            Path mountInfo,
            ErrorSigns signs,
            Function<Path, Probe> writeProbe) {
        this.chosen = normal(chosen);
        this.meantReadOnly = normal(meantReadOnly);
        this.table = MountTable.of(mountInfo);
        this.signs = signs;
        this.writeProbe = writeProbe;
    }

    private static Set<String> normal(Collection<String> points) {
        Set<String> normal = new LinkedHashSet<>();
        for (String point : points) {
            checkArgument(point.startsWith("/"), "a mount point must be an absolute path: %s", point);
            normal.add(Path.of(point).normalize().toString());
        }
        return Collections.unmodifiableSet(normal);
    }

    /**
     * Watches every filesystem that is mounted from a disk, those mounted later included.
     *
     * @param meantReadOnly mount points that may be or become read-only
     * @throws IllegalArgumentException if one of them is not absolute
     */
    public static ReadOnlyFilesystemProbe allDisks(Collection<String> meantReadOnly) {
        return new ReadOnlyFilesystemProbe(
                Set.of(), meantReadOnly, MountTable.OWN, ErrorSigns.ofTheKernel(), WriteProbe::new);
    }

    /**
     * Watches the filesystems of the given mount points, each of which must be mounted and writable.
     *
     * @throws IllegalArgumentException if there is none, or one is not absolute
     */
    public static ReadOnlyFilesystemProbe of(Collection<String> mountPoints) {
        checkArgument(!mountPoints.isEmpty(), "mountPoints must not be empty");
        return new ReadOnlyFilesystemProbe(
                mountPoints, Set.of(), MountTable.OWN, ErrorSigns.ofTheKernel(), WriteProbe::new);
    }

    /**
     * Reads the flags of all watched filesystems.
     *
     * @throws IOException if they cannot be read
     */
    @Override
    public ProbeResult check() throws IOException {
        List<Mount> watched = watched();
        List<String> missing = missing(watched);
        if (!missing.isEmpty()) {
            return ProbeResult.failed(GuestFault.IO_ERROR, missing.get(0) + " is not mounted");
        }
        // The JDK's collections: the fewer classes a monitor loads, the less of its machine it takes.
        Map<String, List<Mount>> byFilesystem = new LinkedHashMap<>();
        watched.forEach(mount -> byFilesystem
                .computeIfAbsent(mount.filesystem(), unseen -> new ArrayList<>())
                .add(mount));
        filesystems.keySet().retainAll(byFilesystem.keySet());
        errorsWrittenAfter.keySet().retainAll(byFilesystem.keySet());
        List<String> warnings = new ArrayList<>();
        for (Map.Entry<String, List<Mount>> filesystem : byFilesystem.entrySet()) {
            List<Mount> mounts = filesystem.getValue();
            Optional<String> fault = faultOf(filesystem.getKey(), mounts, warnings);
            if (fault.isPresent()) {
                return ProbeResult.failed(
                        GuestFault.FILESYSTEM_READ_ONLY, FilesystemWatch.points(mounts) + " " + fault.get());
            }
        }
        return warnings.isEmpty()
                ? ProbeResult.healthy(byFilesystem.size() + " filesystems writable")
                : ProbeResult.warning(String.join("; ", warnings));
    }

    /** The kernel's table may change while it is read, so that what is missing is looked for again. */
    private List<Mount> watched() throws IOException {
        List<Mount> once = read();
        return missing(once).isEmpty() ? once : read();
    }

    private List<Mount> read() throws IOException {
        if (chosen.isEmpty()) {
            return table.mounts(mount -> mount.isRealDisk() && !meantReadOnly.contains(mount.point()));
        }
        Map<String, Mount> uppermost = new LinkedHashMap<>();
        table.mounts(mount -> chosen.contains(mount.point())).forEach(mount -> uppermost.put(mount.point(), mount));
        return List.copyOf(uppermost.values());
    }

    private List<String> missing(List<Mount> mounts) {
        return chosen.stream()
                .filter(point ->
                        mounts.stream().noneMatch(mount -> mount.point().equals(point)))
                .toList();
    }

    private Optional<String> faultOf(String filesystem, List<Mount> mounts, List<String> warnings) {
        FilesystemWatch watch = filesystems.computeIfAbsent(filesystem, unseen -> new FilesystemWatch());
        Optional<String> fault = watch.look(mounts, signs);
        if (fault.isPresent()) {
            return fault;
        }
        Mount mount = mounts.get(0);
        if (mount.isFilesystemReadOnly()) {
            return chosen.isEmpty() ? Optional.empty() : Optional.of("is read-only");
        }
        if (!chosen.isEmpty()) {
            mounts.stream()
                    .filter(Mount::isReadOnlyAlone)
                    .forEach(alone -> warnings.add(alone.point() + " is mounted read-only, its filesystem is not"));
        }
        return watch.errors() > 0 ? faultAfterErrors(filesystem, mounts, watch.errors(), warnings) : Optional.empty();
    }

    /** Some kernels still say {@code rw} after an error that has made the filesystem read-only: only a write tells. */
    private Optional<String> faultAfterErrors(
            String filesystem, List<Mount> mounts, long errors, List<String> warnings) {
        Optional<Mount> writable =
                mounts.stream().filter(mount -> !mount.isReadOnlyAlone()).findFirst();
        String counted = FilesystemWatch.points(mounts) + " has " + errors + " ext4 errors";
        if (errorsWrittenAfter.getOrDefault(filesystem, 0L) < errors && writable.isPresent()) {
            ProbeResult written = write(Path.of(writable.get().point()));
            if (written instanceof ProbeResult.Failed failed && failed.kind() != GuestFault.DISK_FULL) {
                return Optional.of("takes no write after " + errors + " ext4 errors: " + failed.detail());
            }
            if (written instanceof ProbeResult.Healthy) {
                errorsWrittenAfter.put(filesystem, errors);
            } else {
                counted += ", and no write could be tried: " + written.detail();
            }
        }
        warnings.add(counted);
        return Optional.empty();
    }

    private ProbeResult write(Path point) {
        Probe probe = writeProbe.apply(point);
        writing = Optional.of(probe);
        try {
            return probe.check();
        } catch (Exception couldNotLook) {
            return ProbeResult.unknown(String.valueOf(couldNotLook));
        } finally {
            writing = Optional.empty();
        }
    }

    /** Reading the table waits for no disk: what takes long is this system, unless a write is being tried. */
    @Override
    public ProbeResult silence(Duration soFar) {
        return writing.filter(SilenceReader.class::isInstance)
                .map(probe -> ((SilenceReader) probe).silence(soFar))
                .orElseGet(() -> ProbeResult.unknown("the mounts were not read within " + soFar.toMillis() + " ms"));
    }
}
