package io.vmha.guestmonitor;

import io.vmha.model.VmId;
import io.vmha.monitor.IsolationOrder;
import io.vmha.monitor.Watch;
import io.vmha.monitor.report.ReportKey;
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
    private ConfigReader() {}

    /**
     * Reads a file, and the key file that it names.
     *
     * @throws ConfigException if either cannot be read or is refused
     */
    static MonitorConfig read(Path file) {
        ConfigValue root = new ConfigValue(file.toString(), "", parsed(file));
        MonitorConfig config = new MonitorConfig(
                root.required("vm").checked(value -> VmId.of(value.text())),
                watches(root.required("probes")),
                root.optional("order", IsolationOrder.REPORT_FIRST, value -> value.oneOf(IsolationOrder.class)),
                root.optional("reportWait", Duration.ofSeconds(5), ConfigValue::duration),
                isolationCommand(root),
                root.optional("powerOffGrace", Duration.ofSeconds(10), ConfigValue::duration),
                root.has("report") ? Optional.of(report(root.required("report"))) : Optional.empty());
        root.refuseUnknown();
        return config;
    }

    private static Node parsed(Path file) {
        try {
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

    private static Optional<List<String>> isolationCommand(ConfigValue root) {
        return root.optional("isolation", Optional.empty(), value -> {
            if (value.isList()) {
                return Optional.of(value.texts());
            }
            if (value.text().equals("POWER_OFF")) {
                return Optional.empty();
            }
            throw value.error("must be POWER_OFF or a program with its arguments as a list: " + value.text());
        });
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
