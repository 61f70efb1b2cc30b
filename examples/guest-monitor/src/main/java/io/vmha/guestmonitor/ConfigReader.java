package io.vmha.guestmonitor;

import io.vmha.monitor.IsolationOrder;
import io.vmha.monitor.TrustedPath;
import io.vmha.monitor.Watch;
import io.vmha.monitor.report.ReportKey;
import io.vmha.monitor.report.VmName;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads a configuration file and refuses what it does not know. */
final class ConfigReader {
    private static final int MOST_BYTES = 1 << 20;

    private ConfigReader() {}

    /**
     * Reads a file, and the key file that it names.
     *
     * @throws ConfigException if either cannot be read or is refused
     */
    static MonitorConfig read(Path file) {
        ConfigValue root = new ConfigValue(file.toString(), "", parsed(file));
        MonitorConfig config = new MonitorConfig(
                root.required("vm").checked(value -> VmName.of(value.text())),
                watches(root.required("probes")),
                root.optional("order", IsolationOrder.REPORT_FIRST, value -> value.oneOf(IsolationOrder.class)),
                root.optional("reportWait", Duration.ofSeconds(5), ConfigValue::duration),
                isolationCommand(root),
                root.optional("powerOffGrace", Duration.ofSeconds(10), ConfigValue::duration),
                root.optional("bootGrace", Duration.ofMinutes(1), ConfigValue::duration),
                root.optional("isolationsInARow", 2, ConfigReader::count),
                root.optional("stateFolder", Path.of("/var/lib/vmha"), value -> Path.of(value.text())),
                root.has("report") ? Optional.of(report(root.required("report"))) : Optional.empty());
        root.refuseUnknown();
        return config;
    }

    private static int count(ConfigValue value) {
        int count = value.integer();
        if (count < 1) {
            throw value.error("must be 1 or more: " + count);
        }
        return count;
    }

    private static Node parsed(Path file) {
        try {
            Optional<String> distrust = TrustedPath.whyNotFile(file);
            if (distrust.isPresent()) {
                throw new ConfigException(file + ": is not trusted: " + distrust.get());
            }
            if (Files.size(file) > MOST_BYTES) {
                throw new ConfigException(file + ": must have at most " + MOST_BYTES + " bytes");
            }
            LoadSettings settings =
                    LoadSettings.builder().setLabel(file.toString()).build();
            return new Compose(settings)
                    .composeString(Files.readString(file, StandardCharsets.UTF_8))
                    .orElseThrow(() -> new ConfigException(file + ": is empty"));
        } catch (IOException unreadable) {
            throw new ConfigException(file + ": cannot be read: " + unreadable);
        } catch (YamlEngineException malformed) {
            throw new ConfigException(file + ": is no YAML: " + malformed.getMessage());
        }
    }

    private static void trusted(ConfigValue value, Path file) throws IOException {
        Optional<String> distrust = TrustedPath.whyNotFile(file);
        if (distrust.isPresent()) {
            throw value.error("is not trusted: " + distrust.get());
        }
    }

    private static Optional<List<String>> isolationCommand(ConfigValue root) {
        return root.optional("isolation", Optional.empty(), value -> {
            if (value.isList()) {
                return Optional.of(program(value));
            }
            if (value.text().equals("POWER_OFF")) {
                return Optional.empty();
            }
            throw value.error("must be POWER_OFF or a program with its arguments as a list: " + value.text());
        });
    }

    /** A program with its arguments; one that is named by its path must be as hard to change as this file. */
    static List<String> program(ConfigValue value) {
        List<String> command = value.texts();
        Path program = Path.of(command.get(0));
        try {
            if (program.isAbsolute() && Files.exists(program)) {
                trusted(value, program);
            }
        } catch (IOException unreadable) {
            throw value.error("cannot be looked at: " + unreadable);
        }
        return command;
    }

    private static MonitorConfig.Report report(ConfigValue section) {
        MonitorConfig.Report report = new MonitorConfig.Report(
                section.required("receiver").text(),
                section.required("centers").list().stream()
                        .map(ConfigReader::center)
                        .toList(),
                key(section.required("keyFile")),
                section.optional("heartbeat", Duration.ofSeconds(5), ConfigValue::duration));
        section.refuseUnknown();
        return report;
    }

    private static URI center(ConfigValue value) {
        URI address = value.checked(text -> URI.create(text.text()));
        boolean isHttp = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
        if (!isHttp || address.getHost() == null) {
            throw value.error("must be an http or https address: " + address);
        }
        return address;
    }

    private static ReportKey key(ConfigValue value) {
        return value.checked(text -> {
            try {
                // Before it is opened: a pipe would never end.
                trusted(value, Path.of(text.text()));
                return ReportKey.read(Path.of(text.text()));
            } catch (IOException unreadable) {
                throw value.error("cannot be read: " + unreadable);
            }
        });
    }

    private static List<Watch> watches(ConfigValue probes) {
        List<Watch> watches = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (ConfigValue entry : probes.list()) {
            Watch watch = entry.checked(WatchReader::read);
            if (!names.add(watch.name())) {
                throw entry.error("another probe has the name " + watch.name());
            }
            watches.add(watch);
        }
        return List.copyOf(watches);
    }
}
