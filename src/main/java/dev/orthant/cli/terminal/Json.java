package dev.orthant.cli.terminal;

import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON as every command writes it: in lines, and in ASCII, so that whatever a name holds does nothing to the terminal
 * that shows it.
 */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder(JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build()).build();

  private Json() {}

  public static String text(Object value) {
    // DEL is ASCII, and a control character all the same.
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value).replace("\u007f", "\\u007f");
  }
}
