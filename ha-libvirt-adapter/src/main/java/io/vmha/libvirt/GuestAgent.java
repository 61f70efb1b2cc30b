package io.vmha.libvirt;

import com.google.common.base.Splitter;
import com.google.common.io.BaseEncoding;
import com.google.common.primitives.Doubles;
import com.google.common.primitives.Longs;
import io.vmha.libvirt.GuestReading.Usage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.CString;
import org.libvirt.jna.LibvirtQemu;

/**
 * Asks the QEMU guest agent in one guest about its filesystems. Confined to the call that makes it.
 *
 * <p>Reads {@code /proc/mounts} and ext4's error counts by the agent's file calls, or by having {@code cat} run where only
 * that is allowed; an agent that allows neither tells how full its filesystems are, but not whether they can be written to.
 */
final class GuestAgent {
    private static final int READ_BYTES = 65_536;
    private static final int EXEC_POLLS = 20;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Pattern DEVICE_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    private final NativeConnection connection;
    private final UUID domain;
    private final int timeoutSeconds;

    GuestAgent(NativeConnection connection, UUID domain, int timeoutSeconds) {
        this.connection = connection;
        this.domain = domain;
        this.timeoutSeconds = timeoutSeconds;
    }

    /**
     * Reads the guest's filesystems.
     *
     * @param first whether errors from before this reading are to be told from those before the guest was started
     * @throws NativeException if the agent does not answer
     * @throws IllegalArgumentException if it answers with what is not understood
     */
    GuestReading read(boolean first) {
        List<Usage> usages =
                Json.elements(Json.member(command("{\"execute\":\"guest-get-fsinfo\"}"), "return")).stream()
                        .map(GuestAgent::usage)
                        .toList();
        List<GuestFilesystem> filesystems =
                file("/proc/mounts").map(GuestFilesystem::parse).orElse(List.of());
        Map<String, Long> errors = new HashMap<>();
        Set<String> sinceBoot = new HashSet<>();
        for (Usage usage : usages) {
            String folder = "/sys/fs/ext4/" + usage.device();
            long count = isDeviceName(usage.device()) ? number(folder + "/errors_count") : 0;
            errors.put(usage.mountPoint(), count);
            if (first && count > 0 && number(folder + "/last_error_time") >= bootTime()) {
                sinceBoot.add(usage.mountPoint());
            }
        }
        return new GuestReading(filesystems, usages, errors, sinceBoot);
    }

    private static Usage usage(Object filesystem) {
        double total = Json.member(filesystem, "total-bytes") instanceof Double bytes ? bytes : 0;
        double used = Json.member(filesystem, "used-bytes") instanceof Double bytes ? bytes : 0;
        return new Usage(
                Json.member(filesystem, "mountpoint").toString(),
                Json.member(filesystem, "name").toString(),
                total > 0 ? used / total : 0);
    }

    /** What a guest calls a device becomes part of a path. */
    private static boolean isDeviceName(String device) {
        return DEVICE_NAME.matcher(device).matches();
    }

    /** When the guest was started, in seconds of its own clock. */
    private long bootTime() {
        Object time = Json.member(command("{\"execute\":\"guest-get-time\"}"), "return");
        double uptime = file("/proc/uptime")
                .map(text ->
                        Doubles.tryParse(Splitter.on(' ').split(text).iterator().next()))
                .orElse(0.0);
        return (long) (requireNumber(time).doubleValue() / NANOS_PER_SECOND - uptime);
    }

    private long number(String path) {
        return file(path).map(String::strip).map(Longs::tryParse).orElse(0L);
    }

    /** A file's first part; empty where it is not there or the agent allows no reading. */
    private Optional<String> file(String path) {
        try {
            return Optional.of(byFile(path));
        } catch (NativeException e) {
            if (isSilence(e)) {
                throw e;
            }
        }
        try {
            return Optional.of(byExec(path));
        } catch (NativeException e) {
            if (isSilence(e)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    static boolean isSilence(NativeException e) {
        return e.is(LibvirtError.AGENT_UNRESPONSIVE) || e.is(LibvirtError.AGENT_UNSYNCED);
    }

    private String byFile(String path) {
        Object opened = Json.member(
                command("{\"execute\":\"guest-file-open\",\"arguments\":{\"path\":\"" + path + "\",\"mode\":\"r\"}}"),
                "return");
        String handle = Long.toString(requireNumber(opened).longValue());
        try {
            Object read = command("{\"execute\":\"guest-file-read\",\"arguments\":{\"handle\":" + handle + ",\"count\":"
                    + READ_BYTES + "}}");
            return decode(Json.member(Json.member(read, "return"), "buf-b64"));
        } finally {
            command("{\"execute\":\"guest-file-close\",\"arguments\":{\"handle\":" + handle + "}}");
        }
    }

    private String byExec(String path) {
        Object begun = command("{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"cat\",\"arg\":[\"" + path
                + "\"],\"capture-output\":true}}");
        long process =
                requireNumber(Json.member(Json.member(begun, "return"), "pid")).longValue();
        for (int i = 0; i < EXEC_POLLS; i++) {
            Object status = Json.member(
                    command("{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":" + process + "}}"), "return");
            if (Boolean.TRUE.equals(Json.member(status, "exited"))) {
                return decode(Json.member(status, "out-data"));
            }
        }
        throw new NativeException(new LibvirtError(LibvirtError.AGENT_UNRESPONSIVE, "cat did not end in the guest"));
    }

    private Object command(String json) {
        CString[] answer = new CString[1];
        connection.call(domain, found -> {
            answer[0] = LibvirtQemu.INSTANCE.virDomainQemuAgentCommand(found, json, timeoutSeconds, 0);
            return answer[0] == null ? -1 : 0;
        });
        return Json.parse(answer[0].toString());
    }

    private static Number requireNumber(@Nullable Object value) {
        if (value instanceof Number number) {
            return number;
        }
        throw new IllegalArgumentException("the guest agent answered without a number");
    }

    private static String decode(Object base64) {
        return base64 instanceof Map<?, ?>
                ? ""
                : new String(BaseEncoding.base64().decode(base64.toString()), StandardCharsets.UTF_8);
    }
}
