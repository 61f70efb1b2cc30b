package io.vmha.libvirt;

import com.google.common.base.Strings;
import io.vmha.model.CpuPlatform;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.w3c.dom.Element;

/**
 * Names a host's CPU so that two hosts have the same name if, and only if, they have the same CPU. Pure.
 *
 * <p>libvirt's own model name is the nearest entry of a table that changes with its versions, so that of two equal hosts one
 * that was upgraded has another. What the CPU says of itself comes first: family, model and stepping on x86. Other
 * architectures have no such numbers: on s390x the machine type stands in the domain capabilities alone, on ARM the part
 * stands in libvirt's model, or in the firmware's tables.
 */
final class CpuNames {
    private static final Pattern SIGNATURE = Pattern.compile("Family (\\d+), Model (\\d+), Stepping (\\d+)");

    private CpuNames() {}

    /**
     * Returns a host's platform; absent where nothing tells it.
     *
     * @param capabilities the host's capabilities
     * @param domainCapabilities the capabilities of its domains, asked for only if they are needed; empty text for none
     * @param systemInformation its firmware's tables as libvirt tells them, asked for only if needed; empty text for none
     */
    static Optional<CpuPlatform> platform(
            String capabilities, Supplier<String> domainCapabilities, Supplier<String> systemInformation) {
        Optional<Element> cpu = SecureXml.child(SecureXml.parse(capabilities).getDocumentElement(), "host")
                .flatMap(host -> SecureXml.child(host, "cpu"));
        if (cpu.isEmpty()) {
            return Optional.empty();
        }
        String microcode = SecureXml.child(cpu.get(), "microcode")
                .flatMap(m -> SecureXml.attribute(m, "version"))
                .orElse("");
        return model(cpu.get(), domainCapabilities, systemInformation).map(model -> new CpuPlatform(model, microcode));
    }

    private static Optional<String> model(
            Element cpu, Supplier<String> domainCapabilities, Supplier<String> systemInformation) {
        String arch = SecureXml.text(cpu, "arch").orElse("");
        String vendor = SecureXml.text(cpu, "vendor").map(v -> v + " ").orElse("");
        Optional<String> signature = SecureXml.child(cpu, "signature")
                .map(s -> s.getAttribute("family") + "-" + s.getAttribute("model") + "-" + s.getAttribute("stepping"));
        if (signature.isPresent()) {
            return signature.map(numbers -> vendor + numbers);
        }
        if (arch.equals("s390x") || arch.equals("s390")) {
            return hostModel(domainCapabilities.get()).map(model -> arch + " " + model);
        }
        String tables = Strings.nullToEmpty(systemInformation.get());
        if (arch.equals("x86_64") || arch.equals("i686")) {
            Matcher numbers = SIGNATURE.matcher(tables);
            if (numbers.find()) {
                return Optional.of(vendor + numbers.group(1) + "-" + numbers.group(2) + "-" + numbers.group(3));
            }
        }
        return SecureXml.text(cpu, "model")
                .map(model -> vendor + model)
                .or(() -> processor(tables))
                .map(model -> arch.isEmpty() || arch.equals("x86_64") ? model : arch + " " + model);
    }

    /** The model that domains get which ask for the host's; its features are left to libvirt, which compares them. */
    private static Optional<String> hostModel(String domainCapabilities) {
        if (domainCapabilities.isEmpty()) {
            return Optional.empty();
        }
        return SecureXml.child(SecureXml.parse(domainCapabilities).getDocumentElement(), "cpu").stream()
                .flatMap(cpu -> SecureXml.children(cpu, "", "mode").stream())
                .filter(mode -> mode.getAttribute("name").equals("host-model")
                        && mode.getAttribute("supported").equals("yes"))
                .findFirst()
                .flatMap(mode -> SecureXml.text(mode, "model"));
    }

    /** The first processor's maker and version in the firmware's tables. */
    private static Optional<String> processor(String systemInformation) {
        if (systemInformation.isEmpty()) {
            return Optional.empty();
        }
        return SecureXml.child(SecureXml.parse(systemInformation).getDocumentElement(), "processor")
                .flatMap(processor -> entry(processor, "version")
                        .or(() -> entry(processor, "type"))
                        .map(version -> entry(processor, "manufacturer")
                                        .map(m -> m + " ")
                                        .orElse("")
                                + version));
    }

    private static Optional<String> entry(Element block, String name) {
        return SecureXml.children(block, "", "entry").stream()
                .filter(entry -> entry.getAttribute("name").equals(name))
                .map(entry -> entry.getTextContent().strip())
                .filter(text -> !text.isEmpty())
                .findFirst();
    }
}
