export { jsonText, type Json } from './json.js';
export { parseTemplate, pathText, templatePaths, variablesIn, type Path, type Template } from './template.js';
export { resolvePath, type Scope } from './scope.js';
export { cookieText, headerValue, jsonString, pathSegment, plainText, queryValue, type Encoder } from './encoders.js';
export { renderJson, renderText } from './render.js';
