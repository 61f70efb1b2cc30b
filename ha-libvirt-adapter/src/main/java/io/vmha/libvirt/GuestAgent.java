package io.vmha.libvirt;

import com.google.common.base.Splitter;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.Longs;
import io.vmha.libvirt.GuestReading.Cost;
import io.vmha.libvirt.GuestReading.Usage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Asks the QEMU guest agent in one guest about its filesystems. Confined to the call that makes it.
 *
 * <p>Reads the mount table and ext4's error counts; an agent that allows no reading of files tells how full its filesystems
 * are, but not whether they can be written to. Whatever is refused, or is not understood, is unknown in the reading.
 *
 * <p>What it costs a guest is bounded: by file calls, three or four questions for a table of up to 64 KiB and three for
 * each of at most {@link #MOST_COUNTED} ext4 filesystems; by commands, two processes, whatever is mounted. Images such as
 * those of snaps cost nothing.
 */
final class GuestAgent {
    static final int MOST_COUNTED = 8;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final Pattern DEVICE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    private static final String MOUNTINFO = "/proc/self/mountinfo";
    private static final String MOUNTS = "/proc/mounts";
    private static final String EXT4 = "/sys/fs/ext4/";

    private final AgentSession session;
    private final GuestFiles files;

    GuestAgent(AgentSession session, GuestFiles files) {
        this.session = session;
        this.files = files;
    }

    /**
     * Reads the guest's filesystems.
     *
     * @param first whether errors from before this reading are to be told from those before the guest was started
     * @param known how full the filesystems are, where that is not to be asked anew
     * @throws NativeException if the agent answers nothing at all
     */
    GuestReading read(boolean first, Optional<List<Usage>> known) {
        Optional<List<GuestFilesystem>> filesystems = mountTable();
        List<Usage> usages = known.orElseGet(this::usages);
        Map<String, Long> errors = new HashMap<>();
        Set<String> sinceBoot = new HashSet<>();
        Map<String, String> devices = countingDevices(filesystems.orElse(List.of()), usages);
        Map<String, Long> counts = numbers(devices.values().stream().toList(), "/errors_count");
        devices.forEach((key, device) -> {
            Long count = counts.get(device);
            if (count != null) {
                errors.put(key, count);
                if (first && count > 0 && isSinceBoot(device)) {
                    sinceBoot.add(key);
                }
            }
        });
        return new GuestReading(filesystems, usages, errors, sinceBoot, new Cost(session.answers(), files.processes()));
    }

    private Optional<List<GuestFilesystem>> mountTable() {
        Optional<String> told = files.read(MOUNTINFO);
        return told.isPresent()
                ? told.map(MountTable::ofMountinfo)
                : files.read(MOUNTS).map(MountTable::ofMounts);
    }

    private List<Usage> usages() {
        List<Usage> usages = new ArrayList<>();
        Object answer = session.tryAsk("{\"execute\":\"guest-get-fsinfo\"}").orElse(Map.of());
        for (Object each : Json.elements(Json.member(answer, "return"))) {
            double total = Json.member(each, "total-bytes") instanceof Double bytes ? bytes : 0;
            double used = Json.member(each, "used-bytes") instanceof Double bytes ? bytes : 0;
            usages.add(new Usage(
                    Json.member(each, "mountpoint").toString(),
                    Json.member(each, "name").toString(),
                    Json.member(each, "type").toString(),
                    total > 0 ? used / total : 0));
        }
        return usages;
    }

    /** The kernel's device names of the filesystems that count their errors, by the filesystems' keys. */
    private static Map<String, String> countingDevices(List<GuestFilesystem> filesystems, List<Usage> usages) {
        Map<String, String> devices = new HashMap<>();
        for (GuestFilesystem each : filesystems) {
            if (each.countsErrors() && devices.size() < MOST_COUNTED) {
                deviceName(each, usages).ifPresent(name -> devices.put(each.key(), name));
            }
        }
        return devices;
    }

    /** What a guest calls a device becomes part of a path, so that not every name will do. */
    private static Optional<String> deviceName(GuestFilesystem filesystem, List<Usage> usages) {
        return usages.stream()
                .filter(usage -> filesystem.mountPoints().contains(usage.mountPoint()))
                .map(Usage::device)
                .findFirst()
                .or(() -> Optional.of(filesystem.source())
                        .filter(source -> source.startsWith("/dev/"))
                        .map(source -> source.substring("/dev/".length())))
                .filter(name -> DEVICE_NAME.matcher(name).matches());
    }

    private Map<String, Long> numbers(List<String> devices, String file) {
        Map<String, Long> numbers = new HashMap<>();
        List<String> texts = files.readAll(
                devices.stream().map(device -> EXT4 + device + file).toList());
        for (int i = 0; i < texts.size(); i++) {
            Long number = Longs.tryParse(texts.get(i).strip());
            if (number != null) {
                numbers.put(devices.get(i), number);
            }
        }
        return numbers;
    }

    /** Whether a device's last error came after the guest was started, by the guest's own clock; no if that is unknown. */
    private boolean isSinceBoot(String device) {
        Long last = numbers(List.of(device), "/last_error_time").get(device);
        Optional<Double> now = session.tryAsk("{\"execute\":\"guest-get-time\"}")
                .map(answer -> Json.member(answer, "return"))
                .filter(Double.class::isInstance)
                .map(nanos -> (Double) nanos / NANOS_PER_SECOND);
        Optional<Double> uptime = files.read("/proc/uptime")
                .map(text ->
                        Doubles.tryParse(Splitter.on(' ').split(text).iterator().next()));
        return last != null && now.isPresent() && uptime.isPresent() && last >= (long) (now.get() - uptime.get());
    }
}
