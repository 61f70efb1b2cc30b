package io.vmha.vsphere;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.common.xml.XmlEscapers;
import io.vmha.vsphere.internal.vim.AnswerLimits;
import io.vmha.vsphere.internal.vim.SoapAnswer;
import io.vmha.vsphere.internal.vim.XmlNode;
import java.io.ByteArrayInputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;

/**
 * Jazzer looks for objects of a server whose values break who reads them: {@code mvn -Pfull -pl ha-vsphere-adapter -am test}. A class
 * of its own, since Jazzer takes one target of a class and leaves out the others.
 */
@Tag("fuzz")
class SoapObjectsFuzzTest {
    private static final String[] TYPES = {
        "VirtualMachine",
        "HostSystem",
        "ClusterComputeResource",
        "CustomFieldsManager",
        "ResourcePool",
        "VirtualApp",
        ""
    };
    private static final String[] REFS = {"a-1", "a-2", "vm-3", "vm-4", "host-5", ""};
    private static final String[] VALUES = {
        "connected", "disconnected", "notResponding", "orphaned", "poweredOn", "poweredOff", "suspended", "standBy",
                "red",
        "true", "1", "0", "-1", "db1", "db1@vm-3", "db1@vm-3~vmha-old-x", "vCLS", "9223372036854775807"
    };
    private static final String[] FIELDS = {
        VmAttributes.TYPE, VmAttributes.TEMPLATE, VmAttributes.PRIORITY, VmAttributes.ANTI_AFFINITY, "x"
    };
    private static final String[] PATHS = Stream.concat(
                    InventoryProperties.WITH_ALARMS.stream().flatMap(set -> set.paths().stream()),
                    Stream.of(InventoryProperties.FIELD))
            .distinct()
            .toArray(String[]::new);

    /** Objects that are well-formed and have the properties that are asked for, with values of any kind. */
    @FuzzTest(maxDuration = "1m")
    void objectsOfAnyValuesAreASnapshotOrARefusal(FuzzedDataProvider data) throws SoapAnswer.MalformedException {
        StringBuilder xml = new StringBuilder(
                "<Envelope xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><Body><answer><returnval>");
        while (data.remainingBytes() > 0 && xml.length() < 100_000) {
            xml.append("<objects><obj type=\"").append(data.pickValue(TYPES)).append("\">");
            xml.append(data.pickValue(REFS)).append("</obj>");
            for (int left = data.consumeInt(0, 14); left > 0; left--) {
                xml.append("<propSet><name>").append(data.pickValue(PATHS)).append("</name><val type=\"");
                xml.append(data.pickValue(TYPES))
                        .append("\">")
                        .append(value(data))
                        .append("</val></propSet>");
            }
            xml.append("</objects>");
        }
        byte[] bytes =
                xml.append("</returnval></answer></Body></Envelope>").toString().getBytes(UTF_8);
        XmlNode body = SoapAnswer.read(new ByteArrayInputStream(bytes), false, AnswerLimits.LARGE);
        ReadAnswer.check(body, SoapAnswer.objects(body));
    }

    private static String value(FuzzedDataProvider data) {
        return switch (data.consumeInt(0, 4)) {
            case 0 -> Long.toString(data.consumeLong());
            case 1 -> data.pickValue(VALUES);
            case 2 -> data.pickValue(REFS);
            case 3 ->
                "<CustomFieldDef><key>" + data.consumeInt(0, 3) + "</key><name>" + data.pickValue(FIELDS)
                        + "</name><value>" + escaped(data.consumeString(8)) + "</value></CustomFieldDef>";
            default -> escaped(data.consumeString(20));
        };
    }

    private static String escaped(String text) {
        return XmlEscapers.xmlContentEscaper().escape(text);
    }
}
