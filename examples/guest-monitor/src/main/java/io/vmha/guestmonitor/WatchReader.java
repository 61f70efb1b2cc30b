package io.vmha.guestmonitor;

import io.vmha.monitor.CommandProbe;
import io.vmha.monitor.DiskSpaceProbe;
import io.vmha.monitor.HttpProbe;
import io.vmha.monitor.MemoryPressureProbe;
import io.vmha.monitor.Probe;
import io.vmha.monitor.Reaction;
import io.vmha.monitor.ReadOnlyFilesystemProbe;
import io.vmha.monitor.TcpProbe;
import io.vmha.monitor.Watch;
import io.vmha.monitor.WriteProbe;
import io.vmha.monitor.report.GuestFault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** Reads one entry under {@code probes}. */
final class WatchReader {
    private static final Duration TIMEOUT = Duration.ofMillis(800);

    /** A probe with the defaults of its kind. */
    private record Kind(Probe probe, int threshold, Reaction reaction, GuestFault silence, Set<GuestFault> toldOnly) {
        Kind(Probe probe, int threshold, Reaction reaction, GuestFault silence) {
            this(probe, threshold, reaction, silence, Set.of());
        }
    }

    private WatchReader() {}

    static Watch read(ConfigValue entry) {
        ConfigValue type = entry.required("type");
        Kind kind = kind(type, entry);
        Watch watch = Watch.builder()
                .name(entry.optional("name", type.text(), ConfigValue::text))
                .probe(kind.probe())
                .interval(entry.optional("interval", Duration.ofSeconds(1), ConfigValue::duration))
                .deadline(entry.optional("deadline", Duration.ofSeconds(1), ConfigValue::duration))
                .threshold(entry.optional("threshold", kind.threshold(), ConfigValue::integer))
                .reaction(entry.optional("reaction", kind.reaction(), value -> value.oneOf(Reaction.class)))
                .kindOfSilence(kind.silence())
                .toldOnly(kind.toldOnly())
                .build();
        entry.refuseUnknown();
        return watch;
    }

    private static Kind kind(ConfigValue type, ConfigValue entry) {
        return switch (type.text()) {
            // One look at a flag is certain; all else may be a hiccup.
            case "readOnlyFilesystem" -> new Kind(readOnly(entry), 1, Reaction.ISOLATE, GuestFault.IO_ERROR);
            // Any user may be able to fill a filesystem, and it would be full after the next boot too.
            case "write" ->
                new Kind(write(entry), 3, Reaction.ISOLATE, GuestFault.IO_ERROR, Set.of(GuestFault.DISK_FULL));
            case "diskSpace" -> new Kind(diskSpace(entry), 3, Reaction.REPORT_ONLY, GuestFault.IO_ERROR);
            case "memoryPressure" -> new Kind(memory(entry), 3, Reaction.REPORT_ONLY, GuestFault.GUEST_HUNG);
            case "tcp" -> new Kind(tcp(entry), 3, Reaction.ISOLATE, GuestFault.SERVICE_DOWN);
            case "http" -> new Kind(http(entry), 3, Reaction.ISOLATE, GuestFault.SERVICE_DOWN);
            case "command" -> command(entry);
            default ->
                throw type.error(
                        "must be one of readOnlyFilesystem, write, diskSpace, memoryPressure, tcp, http, command: "
                                + type.text());
        };
    }

    private static Probe readOnly(ConfigValue entry) {
        if (entry.has("mounts")) {
            return ReadOnlyFilesystemProbe.of(entry.required("mounts").texts());
        }
        return ReadOnlyFilesystemProbe.allDisks(entry.optional("meantReadOnly", List.of(), ConfigValue::texts));
    }

    private static Probe write(ConfigValue entry) {
        return new WriteProbe(
                Path.of(entry.required("folder").text()),
                entry.optional("patience", WriteProbe.DEFAULT_PATIENCE, ConfigValue::duration));
    }

    private static Probe diskSpace(ConfigValue entry) {
        return new DiskSpaceProbe(
                Path.of(entry.required("path").text()),
                entry.optional("warnBelowPercent", 10.0, ConfigValue::number),
                entry.optional("failBelowPercent", 2.0, ConfigValue::number));
    }

    private static Probe memory(ConfigValue entry) {
        return new MemoryPressureProbe(
                entry.optional("warnAtPercent", 20.0, ConfigValue::number),
                entry.optional("failAtPercent", 80.0, ConfigValue::number));
    }

    private static Probe tcp(ConfigValue entry) {
        return new TcpProbe(
                entry.optional("host", "127.0.0.1", ConfigValue::text),
                entry.required("port").integer(),
                entry.optional("timeout", TIMEOUT, ConfigValue::duration));
    }

    private static Probe http(ConfigValue entry) {
        return new HttpProbe(
                URI.create(entry.required("url").text()), entry.optional("timeout", TIMEOUT, ConfigValue::duration));
    }

    private static Kind command(ConfigValue entry) {
        GuestFault kind = entry.optional("kind", GuestFault.SERVICE_DOWN, value -> value.oneOf(GuestFault.class));
        return new Kind(
                new CommandProbe(entry.required("run").checked(ConfigReader::program), kind),
                3,
                Reaction.ISOLATE,
                kind);
    }
}
