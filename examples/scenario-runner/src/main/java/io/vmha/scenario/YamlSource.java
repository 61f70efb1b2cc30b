package io.vmha.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Reads YAML of unknown origin: whatever it holds, and however much, ends in a value or in one line. Stateless. */
final class YamlSource {
    static final int MAX_BYTES = 16 << 20;

    private YamlSource() {}

    /**
     * Reads the text of a file, or of a device that may have no end.
     *
     * @throws ScenarioException if it cannot be read, is too large or is not text
     */
    static String text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new ScenarioException(file + ": is larger than " + (MAX_BYTES >> 20) + " MiB");
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (NoSuchFileException missing) {
            throw new ScenarioException(file + ": no such file");
        } catch (CharacterCodingException binary) {
            throw new ScenarioException(file + ": not a text file in UTF-8");
        } catch (IOException unreadable) {
            throw new ScenarioException(file + ": cannot be read: " + unreadable.getMessage());
        }
    }

    /**
     * Reads one document.
     *
     * @param file what it is called in messages
     * @throws ScenarioException if the text is not one YAML document, or passes a limit
     */
    static YamlValue root(String file, String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(MAX_BYTES)
                .setSchema(new CoreSchema())
                .build();
        try {
            new YamlLimits(file).check(new Parse(settings).parseString(text));
            Node node = new Compose(settings)
                    .composeString(text)
                    .orElseThrow(() -> new ScenarioException(file + ": is empty"));
            return new YamlValue(file, "", node);
        } catch (ScenarioException refused) {
            throw refused;
        } catch (MarkedYamlEngineException notYaml) {
            String place = notYaml.getProblemMark()
                    .map(mark -> ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1))
                    .orElse("");
            throw new ScenarioException(file + place + ": is not YAML: " + notYaml.getProblem());
        } catch (RuntimeException notYaml) {
            // The parser is not proof against everything: what it stumbles over is no YAML either.
            throw new ScenarioException(file + ": is not YAML: " + firstLine(notYaml));
        }
    }

    private static String firstLine(Exception thrown) {
        return String.valueOf(thrown.getMessage()).lines().findFirst().orElse("");
    }
}
