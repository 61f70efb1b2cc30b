package io.vmha.libvirt;

import com.google.common.io.BaseEncoding;
import io.vmha.libvirt.GuestReading.Usage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.libvirt.jna.CString;
import org.libvirt.jna.LibvirtQemu;

/**
 * Asks the QEMU guest agent in one guest about its filesystems. Confined to the call that makes it.
 *
 * <p>Reads {@code /proc/mounts} by the agent's file calls, or by having {@code cat} run where only that is allowed; an
 * agent that allows neither tells how full its filesystems are, but not whether they can be written to.
 */
final class GuestAgent {
    private static final int READ_BYTES = 65_536;
    private static final int EXEC_POLLS = 20;

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
     * @throws NativeException if the agent does not answer
     * @throws IllegalArgumentException if it answers with what is not understood
     */
    GuestReading read() {
        Object filesystems = command("{\"execute\":\"guest-get-fsinfo\"}");
        List<Usage> usages = Json.elements(Json.member(filesystems, "return")).stream()
                .filter(each -> Json.member(each, "total-bytes") instanceof Double total && total > 0)
                .map(each -> new Usage(
                        Json.member(each, "mountpoint").toString(),
                        Json.member(each, "used-bytes") instanceof Double used
                                ? used / (Double) Json.member(each, "total-bytes")
                                : 0))
                .toList();
        return new GuestReading(mounts().map(GuestFilesystem::parse).orElse(List.of()), usages);
    }

    private Optional<String> mounts() {
        try {
            return Optional.of(mountsByFile());
        } catch (NativeException e) {
            if (isSilence(e)) {
                throw e;
            }
        }
        try {
            return Optional.of(mountsByExec());
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

    private String mountsByFile() {
        Object opened = Json.member(
                command("{\"execute\":\"guest-file-open\",\"arguments\":{\"path\":\"/proc/mounts\",\"mode\":\"r\"}}"),
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

    private String mountsByExec() {
        Object begun = command(
                "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"cat\",\"arg\":[\"/proc/mounts\"],\"capture-output\":true}}");
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
